// What each command of a workflow task does to its run. Knows nothing of tokens, replies or the task that carried it.
import { enums, type command } from '@perdure/protocol';
import { requestCancelActivity, scheduleActivity } from './activity.js';
import { startChild } from './child.js';
import { cancelWorkflow, completeWorkflow, continueAsNew, failWorkflow } from './close.js';
import type { CommandBatch, CommandFailure, CommandHandler } from './command.js';
import { requestCancelExternal, signalExternal } from './external.js';
import { requestCancelNexusOperation, scheduleNexusOperation } from './nexus.js';
import { modifyProperties, recordMarker, upsertSearchAttributes } from './properties.js';
import { cancelTimer, startTimer } from './timer.js';

const { CommandType, WorkflowTaskFailedCause } = enums;

const HANDLERS: ReadonlyMap<enums.CommandType, CommandHandler> = new Map([
  [CommandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK, scheduleActivity],
  [CommandType.COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK, requestCancelActivity],
  [CommandType.COMMAND_TYPE_START_TIMER, startTimer],
  [CommandType.COMMAND_TYPE_CANCEL_TIMER, cancelTimer],
  [CommandType.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION, completeWorkflow],
  [CommandType.COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION, failWorkflow],
  [CommandType.COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION, cancelWorkflow],
  [CommandType.COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION, continueAsNew],
  [CommandType.COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION, startChild],
  [CommandType.COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION, signalExternal],
  [CommandType.COMMAND_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION, requestCancelExternal],
  [CommandType.COMMAND_TYPE_RECORD_MARKER, recordMarker],
  [CommandType.COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, upsertSearchAttributes],
  [CommandType.COMMAND_TYPE_MODIFY_WORKFLOW_PROPERTIES, modifyProperties],
  [CommandType.COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION, scheduleNexusOperation],
  [CommandType.COMMAND_TYPE_REQUEST_CANCEL_NEXUS_OPERATION, requestCancelNexusOperation],
]);

/** Carries out one command, other than a protocol message, which belongs to the update protocol. */
export function applyCommand(batch: CommandBatch, given: command.ICommand): CommandFailure | undefined {
  const type = given.commandType ?? CommandType.COMMAND_TYPE_UNSPECIFIED;
  const handler = HANDLERS.get(type);
  if (handler !== undefined) return handler(batch, given);
  const name = Object.entries(CommandType).find(([, value]) => value === type)?.[0] ?? String(type);
  return {
    cause: WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_FEATURE_DISABLED,
    message: `This server does not carry out commands of type ${name}.`,
  };
}

export type { CommandBatch, CommandFailure } from './command.js';
