import { temporal } from '@temporalio/proto';

/** The message and enum namespaces of the wire API, under short names. */
export import common = temporal.api.common.v1;
export import enums = temporal.api.enums.v1;
export import history = temporal.api.history.v1;
export import command = temporal.api.command.v1;
export import service = temporal.api.workflowservice.v1;
export import query = temporal.api.query.v1;
export import update = temporal.api.update.v1;
export import protocol = temporal.api.protocol.v1;
export import workflow = temporal.api.workflow.v1;
export import schedule = temporal.api.schedule.v1;
