import { durationToMs, enums, msToDuration, type command, type history } from '@perdure/protocol';
import { byteLength, payloadSizeBytes } from '../../validate.js';
import type { ExecutionState } from '../state.js';
import {
  badAttributes,
  commandExtras,
  type CommandBatch,
  type CommandFailure,
  type CommandHandler,
} from './command.js';

const { EventType, WorkflowTaskFailedCause: Cause } = enums;

type ScheduleAttributes = command.IScheduleNexusOperationCommandAttributes;

const NAME = 'ScheduleNexusOperationCommandAttributes';
const BAD_SCHEDULE = Cause.WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_NEXUS_OPERATION_ATTRIBUTES;
const BAD_CANCEL = Cause.WORKFLOW_TASK_FAILED_CAUSE_BAD_REQUEST_CANCEL_NEXUS_OPERATION_ATTRIBUTES;

/** Headers that are the server's own to send. */
const DISALLOWED_HEADERS: ReadonlySet<string> = new Set([
  'request-timeout',
  'xdc-redirection',
  'xdc-redirection-api',
  'caller-name',
  'caller-type',
  'call-initiation',
]);

/** ScheduleNexusOperation. */
export const scheduleNexusOperation: CommandHandler = (batch, given) => {
  const attributes = given.scheduleNexusOperationCommandAttributes;
  if (attributes == null) return badAttributes(BAD_SCHEDULE, `empty ${NAME}`);
  const endpointId = batch.nexusEndpointId(attributes.endpoint ?? '');
  if (endpointId === undefined) return badAttributes(BAD_SCHEDULE, `endpoint "${attributes.endpoint ?? ''}" not found`);
  const refused = refusedSchedule(batch, attributes);
  if (refused !== undefined) return refused;
  const { draft } = batch;
  const scheduledEventId = draft.event(
    EventType.EVENT_TYPE_NEXUS_OPERATION_SCHEDULED,
    { nexusOperationScheduledEventAttributes: scheduledAttributes(batch, attributes, endpointId) },
    commandExtras(given),
  );
  draft.effect({ kind: 'nexusStart', scheduledEventId, tries: 0 });
  return undefined;
};

function refusedSchedule({ draft }: CommandBatch, attributes: ScheduleAttributes): CommandFailure | undefined {
  const { limits } = draft.context;
  const invalid =
    tooLong('Service', attributes.service, limits.nexusServiceNameBytes) ??
    tooLong('Operation', attributes.operation, limits.nexusOperationNameBytes) ??
    invalidTimeouts(attributes);
  if (invalid !== undefined) return badAttributes(BAD_SCHEDULE, invalid);
  // Trying again would not make it smaller.
  if (payloadSizeBytes(attributes.input) > limits.payloadSizeBytes)
    return { ...badAttributes(BAD_SCHEDULE, `${NAME}.Input exceeds size limit`), terminates: true };
  const invalidHeader = invalidHeaders(attributes.nexusHeader, limits.nexusHeaderBytes);
  if (invalidHeader !== undefined) return badAttributes(BAD_SCHEDULE, invalidHeader);
  if (draft.state.nexusOperations.size < limits.pendingNexusOperations) return undefined;
  return badAttributes(
    Cause.WORKFLOW_TASK_FAILED_CAUSE_PENDING_NEXUS_OPERATIONS_LIMIT_EXCEEDED,
    `workflow has reached the pending nexus operation limit of ${limits.pendingNexusOperations} for this namespace`,
  );
}

function tooLong(field: string, value: string | null | undefined, limit: number): string | undefined {
  return byteLength(value ?? '') > limit ? `${NAME}.${field} exceeds length limit of ${limit}` : undefined;
}

const TIMEOUT_FIELDS = ['scheduleToCloseTimeout', 'scheduleToStartTimeout', 'startToCloseTimeout'] as const;

function invalidTimeouts(attributes: ScheduleAttributes): string | undefined {
  for (const field of TIMEOUT_FIELDS) {
    const name = field.charAt(0).toUpperCase() + field.slice(1);
    if ((durationToMs(attributes[field]) ?? 0) < 0) return `${NAME}.${name} is invalid: negative duration`;
  }
  return undefined;
}

function invalidHeaders(headers: ScheduleAttributes['nexusHeader'], limit: number): string | undefined {
  let bytes = 0;
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (DISALLOWED_HEADERS.has(name.toLowerCase()))
      return `${NAME}.NexusHeader contains a disallowed header key: "${name}"`;
    bytes += byteLength(name) + byteLength(value ?? '');
  }
  return bytes > limit ? `${NAME}.NexusHeader exceeds size limit` : undefined;
}

/** The event's attributes: timeouts within that of the run and of the whole operation. */
function scheduledAttributes(
  { draft, workflowTaskCompletedEventId }: CommandBatch,
  attributes: ScheduleAttributes,
  endpointId: string,
): history.INexusOperationScheduledEventAttributes {
  const { endpoint, service, operation, input } = attributes;
  const runMs = durationToMs(draft.state.started.workflowRunTimeout) || Infinity;
  const scheduleToCloseMs = Math.min(durationToMs(attributes.scheduleToCloseTimeout) || Infinity, runMs);
  const capped = (ms: number | undefined) =>
    ms === undefined || ms === 0 ? undefined : msToDuration(Math.min(ms, scheduleToCloseMs));
  return {
    endpoint,
    endpointId,
    service,
    operation,
    input,
    scheduleToCloseTimeout: scheduleToCloseMs === Infinity ? undefined : msToDuration(scheduleToCloseMs),
    scheduleToStartTimeout: capped(durationToMs(attributes.scheduleToStartTimeout)),
    startToCloseTimeout: capped(durationToMs(attributes.startToCloseTimeout)),
    nexusHeader: attributes.nexusHeader,
    requestId: draft.context.newId(),
    workflowTaskCompletedEventId,
  };
}

/** RequestCancelNexusOperation. */
export const requestCancelNexusOperation: CommandHandler = (batch, given) => {
  const attributes = given.requestCancelNexusOperationCommandAttributes;
  if (attributes == null) return badAttributes(BAD_CANCEL, 'empty CancelNexusOperationCommandAttributes');
  const { draft, workflowTaskCompletedEventId } = batch;
  const scheduledEventId = attributes.scheduledEventId ?? 0;
  const operation = draft.state.nexusOperations.get(scheduledEventId);
  // It may have ended while this workflow task ran. The command still has its event, or it could not be replayed.
  if (operation === undefined && !hasBufferedEnd(draft.state, scheduledEventId)) {
    const message = `requested cancelation for a non-existing or already completed operation with scheduled event ID of ${scheduledEventId}`;
    return badAttributes(BAD_CANCEL, message);
  }
  if (operation?.cancellation !== undefined) {
    const message = `cancelation was already requested for an operation with scheduled event ID ${scheduledEventId}`;
    return badAttributes(BAD_CANCEL, message);
  }
  draft.event(
    EventType.EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUESTED,
    { nexusOperationCancelRequestedEventAttributes: { scheduledEventId, workflowTaskCompletedEventId } },
    commandExtras(given),
  );
  if (operation?.phase === 'started') draft.effect({ kind: 'nexusCancel', scheduledEventId, tries: 0 });
  return undefined;
};

/** The operation has ended in an event that waits for the end of the running workflow task. */
function hasBufferedEnd(state: ExecutionState, scheduledEventId: number): boolean {
  return state.bufferedEvents.some(({ event }) => {
    const ended =
      event.nexusOperationCompletedEventAttributes ??
      event.nexusOperationFailedEventAttributes ??
      event.nexusOperationCanceledEventAttributes ??
      event.nexusOperationTimedOutEventAttributes;
    return ended?.scheduledEventId === scheduledEventId;
  });
}
