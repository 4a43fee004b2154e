import { enums, type common, type failure } from '@perdure/protocol';
import { backoffMs } from '../../retry.js';
import { reject, type Rejection } from '../../rejection.js';
import { byteLength, payloadSizeBytes } from '../../validate.js';
import { accept, type Decision } from '../decision.js';
import { Draft } from '../draft.js';
import type { FailedTryFact } from '../facts.js';
import type { NexusOperationState } from '../nexus-state.js';
import { isClosed, type ExecutionState } from '../state.js';
import type { DecideContext } from '../transition.js';
import { enforceHistoryLimits } from './close.js';
import { scheduleWorkflowTask } from './workflow-task.js';
import { writeOutsideEvent } from './write-event.js';

const { EventType } = enums;

/** Which request an answer belongs to: the operation, and how many requests of its kind had ended before. */
export interface NexusRequestIdentity {
  readonly scheduledEventId: number;
  readonly tries: number;
}

/** How an operation ended. */
export type NexusOutcome =
  | { readonly kind: 'completed'; readonly result: common.IPayload | null | undefined }
  | { readonly kind: 'failed' | 'canceled'; readonly failure: failure.IFailure };

/** What the request to start an operation came to. `failed` in the outcome includes what no further try would mend. */
export type NexusStartOutcome =
  | (NexusOutcome & { readonly links?: readonly common.ILink[] })
  | { readonly kind: 'started'; readonly operationToken: string; readonly links?: readonly common.ILink[] }
  | { readonly kind: 'retry'; readonly failure: failure.IFailure };

/** What the request to cancel an operation came to. */
export type NexusCancelOutcome =
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'refused'; readonly failure: failure.IFailure }
  | { readonly kind: 'retry'; readonly failure: failure.IFailure };

/**
 * Records the answer to a start. It may come too late, or twice: the operation may have ended meanwhile, or its end may
 * have overtaken the news of its start.
 */
export function recordNexusStart(
  state: ExecutionState,
  { scheduledEventId, tries }: NexusRequestIdentity,
  outcome: NexusStartOutcome,
  context: DecideContext,
): Decision {
  const draft = new Draft(state, context);
  const operation = state.nexusOperations.get(scheduledEventId);
  if (operation === undefined || isClosed(state) || operation.phase === 'started') return accept(draft.finish());
  if (outcome.kind === 'retry') {
    if (operation.phase === 'scheduled' && operation.tries.completed === tries) {
      const failed = failedTry(draft, tries + 1, outcome.failure);
      draft.record({ kind: 'nexusTryFailed', request: 'start', scheduledEventId, failed });
    }
    return accept(draft.finish());
  }
  if (outcome.kind === 'started' && !isTokenTooLong(outcome.operationToken, context))
    writeStarted(draft, operation, outcome);
  else if (outcome.kind === 'started')
    writeEnd(draft, operation, { kind: 'failed', failure: TOKEN_TOO_LONG }, outcome.links);
  else writeEnd(draft, operation, outcome, outcome.links);
  scheduleWorkflowTask(draft);
  enforceHistoryLimits(draft);
  return accept(draft.finish());
}

const TOKEN_TOO_LONG: failure.IFailure = {
  message: 'The handler of the Nexus operation answered with an operation token that is longer than allowed.',
  serverFailureInfo: { nonRetryable: true },
};

function isTokenTooLong(operationToken: string, { limits }: DecideContext): boolean {
  return byteLength(operationToken) > limits.nexusOperationTokenBytes;
}

/** The end of an operation as its handler tells it. */
export interface NexusOperationEnd {
  readonly scheduledEventId: number;
  /** Of the operation that was meant: after a reset another may have the same event id. */
  readonly requestId: string;
  readonly operationToken: string;
  /** When it began; told for an end that overtakes the news of the start. Epoch milliseconds. */
  readonly startTimeMs: number | undefined;
  readonly links: readonly common.ILink[];
  readonly outcome: NexusOutcome;
}

/** Ends an operation that was started. Refuses what is not there, or not there any more. */
export function endNexusOperation(state: ExecutionState, end: NexusOperationEnd, context: DecideContext): Decision {
  const operation = pendingOperation(state, end);
  if ('rejected' in operation) return operation;
  const draft = new Draft(state, context);
  if (operation.phase !== 'started') {
    const { operationToken, links, startTimeMs } = end;
    // Whatever the handler's clock says: not before it was scheduled, and not in the future.
    const timeMs = Math.min(Math.max(startTimeMs ?? context.nowMs, operation.scheduledTimeMs), context.nowMs);
    writeStarted(draft, operation, { operationToken, links }, timeMs);
  }
  const known = draft.state.nexusOperations.get(end.scheduledEventId) ?? operation;
  // As Temporal has it, the links of an end belong to the start.
  writeEnd(draft, known, end.outcome, undefined);
  scheduleWorkflowTask(draft);
  enforceHistoryLimits(draft);
  return accept(draft.finish());
}

function pendingOperation(state: ExecutionState, end: NexusOperationEnd): NexusOperationState | Rejection {
  const operation = isClosed(state) ? undefined : state.nexusOperations.get(end.scheduledEventId);
  if (operation !== undefined && operation.attributes.requestId === end.requestId) return operation;
  const { workflowId, runId } = state.key;
  const why = isClosed(state) ? 'the run has closed' : 'no such operation is pending; it may have ended already';
  return reject('NOT_FOUND', `Nexus operation ${end.scheduledEventId} of ${workflowId} (run ${runId}): ${why}.`);
}

/** Records the answer to a request to cancel. */
export function recordNexusCancel(
  state: ExecutionState,
  { scheduledEventId, tries }: NexusRequestIdentity,
  outcome: NexusCancelOutcome,
  context: DecideContext,
): Decision {
  const draft = new Draft(state, context);
  const operation = state.nexusOperations.get(scheduledEventId);
  const cancellation = operation?.cancellation;
  const isAwaited = cancellation?.phase === 'scheduled' && cancellation.tries.completed === tries;
  if (operation === undefined || !isAwaited || isClosed(state)) return accept(draft.finish());
  const { requestedEventId, workflowTaskCompletedEventId } = cancellation;
  const request = { requestedEventId, workflowTaskCompletedEventId, scheduledEventId };
  if (outcome.kind === 'retry') {
    const failed = failedTry(draft, tries + 1, outcome.failure);
    draft.record({ kind: 'nexusTryFailed', request: 'cancel', scheduledEventId, failed });
    return accept(draft.finish());
  }
  if (outcome.kind === 'acknowledged') {
    writeOutsideEvent(draft, EventType.EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED, {
      nexusOperationCancelRequestCompletedEventAttributes: request,
    });
  } else {
    writeOutsideEvent(draft, EventType.EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_FAILED, {
      nexusOperationCancelRequestFailedEventAttributes: {
        ...request,
        failure: outcome.failure,
      },
    });
  }
  scheduleWorkflowTask(draft);
  return accept(draft.finish());
}

/** One of the timeouts of an operation has passed: it ends, whatever its handler does. */
export function timeOutNexusOperation(
  draft: Draft,
  operation: NexusOperationState,
  timeoutType: enums.TimeoutType,
): void {
  writeOutsideEvent(draft, EventType.EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT, {
    nexusOperationTimedOutEventAttributes: {
      scheduledEventId: operation.scheduledEventId,
      failure: operationFailure(operation, {
        message: 'operation timed out',
        timeoutFailureInfo: { timeoutType },
      }),
      requestId: operation.attributes.requestId,
    },
  });
}

/** The next try comes after a growing wait. */
export function failedTry(draft: Draft, tries: number, reason: failure.IFailure | undefined): FailedTryFact {
  const { nexusRetryInitialIntervalMs, nexusRetryMaximumIntervalMs } = draft.context.limits;
  const schedule = {
    initialIntervalMs: nexusRetryInitialIntervalMs,
    backoffCoefficient: 2,
    maximumIntervalMs: nexusRetryMaximumIntervalMs,
    maximumAttempts: 0,
    nonRetryableErrorTypes: [],
  };
  const nextAttemptTimeMs = draft.nowMs + backoffMs(schedule, tries);
  return { completedTimeMs: draft.nowMs, failure: reason, nextAttemptTimeMs };
}

function writeStarted(
  draft: Draft,
  { scheduledEventId, attributes, cancellation }: NexusOperationState,
  started: { readonly operationToken: string; readonly links?: readonly common.ILink[] },
  timeMs: number = draft.nowMs,
): void {
  const { operationToken, links } = started;
  writeOutsideEvent(
    draft,
    EventType.EVENT_TYPE_NEXUS_OPERATION_STARTED,
    {
      nexusOperationStartedEventAttributes: {
        scheduledEventId,
        operationId: operationToken,
        operationToken,
        requestId: attributes.requestId,
      },
    },
    { links, timeMs },
  );
  if (cancellation?.phase === 'waiting') draft.effect({ kind: 'nexusCancel', scheduledEventId, tries: 0 });
}

function writeEnd(
  draft: Draft,
  operation: NexusOperationState,
  given: NexusOutcome,
  links: readonly common.ILink[] | undefined,
): void {
  const outcome = withinLimits(given, draft.context);
  const { scheduledEventId, attributes } = operation;
  const ended = { scheduledEventId, requestId: attributes.requestId };
  switch (outcome.kind) {
    case 'completed':
      writeOutsideEvent(
        draft,
        EventType.EVENT_TYPE_NEXUS_OPERATION_COMPLETED,
        { nexusOperationCompletedEventAttributes: { ...ended, result: outcome.result } },
        { links },
      );
      return;
    case 'failed':
      writeOutsideEvent(
        draft,
        EventType.EVENT_TYPE_NEXUS_OPERATION_FAILED,
        {
          nexusOperationFailedEventAttributes: { ...ended, failure: operationFailure(operation, outcome.failure) },
        },
        { links },
      );
      return;
    case 'canceled':
      writeOutsideEvent(
        draft,
        EventType.EVENT_TYPE_NEXUS_OPERATION_CANCELED,
        {
          nexusOperationCanceledEventAttributes: { ...ended, failure: operationFailure(operation, outcome.failure) },
        },
        { links },
      );
      return;
    default:
      outcome satisfies never;
  }
}

/** A result beyond the limit fails the operation: asking again would not make it smaller. */
function withinLimits(outcome: NexusOutcome, { limits }: DecideContext): NexusOutcome {
  if (outcome.kind !== 'completed') return outcome;
  const bytes = payloadSizeBytes(outcome.result);
  if (bytes <= limits.payloadSizeBytes) return outcome;
  const message = `The result of the Nexus operation has ${bytes} bytes; at most ${limits.payloadSizeBytes} are allowed.`;
  return { kind: 'failed', failure: { message, serverFailureInfo: { nonRetryable: true } } };
}

/** As the workflow sees it: which operation, and what it died of. */
function operationFailure(operation: NexusOperationState, cause: failure.IFailure): failure.IFailure {
  const { endpoint, service, operation: name } = operation.attributes;
  const { scheduledEventId, operationToken } = operation;
  return {
    message: 'nexus operation completed unsuccessfully',
    nexusOperationExecutionFailureInfo: {
      scheduledEventId,
      endpoint,
      service,
      operation: name,
      operationId: operationToken,
      operationToken,
    },
    cause,
  };
}
