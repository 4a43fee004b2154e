import { HandlerError } from 'nexus-rpc';
import type { HandlerErrorType } from 'nexus-rpc';
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  NexusOperationFailure,
  ServerFailure,
  TemporalFailure,
  TerminatedFailure,
  TimeoutFailure,
  decodeApplicationFailureCategory,
  decodeRetryState,
  decodeTimeoutType,
} from '../failure/index.js';
import type { ProtoFailure } from '../failure/index.js';
import { int64ToNumber } from '../time/timestamps.js';
import { arrayFromPayloads, fromPayloadsAtIndex } from './payload-lists.js';
import type { PayloadConverter } from './payload-converter.js';
import type { SerializationContext } from './serialization-context.js';
import { HANDLER_ERROR_TYPES, RETRYABLE_BY_BEHAVIOR } from './nexus-errors.js';

/** What is needed to convert the parts of one failure. */
export interface FailureParts {
  readonly failure: ProtoFailure;
  /** The failure's cause, already converted. */
  readonly cause: Error | undefined;
  readonly payloadConverter: PayloadConverter;
  readonly context: SerializationContext | undefined;
}

/**
 * The error that a failure's info calls for, without its stack trace. A failure without info, or with info that this
 * version does not know, is a plain {@link TemporalFailure}.
 */
export function errorOfFailure(parts: FailureParts): Error {
  const { failure, cause } = parts;
  const message = failure.message ?? undefined;
  if (failure.applicationFailureInfo) return applicationFailure(parts);
  if (failure.serverFailureInfo) {
    return new ServerFailure(message, failure.serverFailureInfo.nonRetryable ?? false, cause);
  }
  if (failure.timeoutFailureInfo) return timeoutFailure(parts);
  if (failure.terminatedFailureInfo) return new TerminatedFailure(message, cause);
  if (failure.canceledFailureInfo) {
    return new CancelledFailure(message, detailsOf(parts, failure.canceledFailureInfo.details), cause);
  }
  if (failure.resetWorkflowFailureInfo) {
    const details = detailsOf(parts, failure.resetWorkflowFailureInfo.lastHeartbeatDetails);
    return new ApplicationFailure(message, 'ResetWorkflow', false, details, cause);
  }
  if (failure.childWorkflowExecutionFailureInfo) return childWorkflowFailure(parts);
  if (failure.activityFailureInfo) return activityFailure(parts);
  if (failure.nexusOperationExecutionFailureInfo) return nexusOperationFailure(parts);
  if (failure.nexusHandlerFailureInfo) return handlerError(parts);
  return new TemporalFailure(message, cause);
}

function applicationFailure(parts: FailureParts): ApplicationFailure {
  const { failure, cause } = parts;
  const info = failure.applicationFailureInfo;
  return new ApplicationFailure(
    failure.message,
    info?.type,
    Boolean(info?.nonRetryable),
    detailsOf(parts, info?.details),
    cause,
    // The delay spoke of a retry that is past; thrown again, the failure must not delay another.
    undefined,
    decodeApplicationFailureCategory(info?.category),
  );
}

function timeoutFailure({ failure, payloadConverter, context }: FailureParts): TimeoutFailure {
  const info = failure.timeoutFailureInfo;
  const details = fromPayloadsAtIndex(payloadConverter, 0, info?.lastHeartbeatDetails?.payloads, context);
  return new TimeoutFailure(failure.message ?? undefined, details, decodeTimeoutType(info?.timeoutType));
}

function childWorkflowFailure({ failure, cause }: FailureParts): ChildWorkflowFailure {
  const { namespace, workflowExecution, workflowType, retryState } = failure.childWorkflowExecutionFailureInfo ?? {};
  if (!workflowExecution || !workflowType?.name) {
    throw new TypeError('Missing workflowExecution or workflowType.name on childWorkflowExecutionFailureInfo');
  }
  return new ChildWorkflowFailure(
    namespace ?? undefined,
    workflowExecution,
    workflowType.name,
    decodeRetryState(retryState),
    cause,
  );
}

function activityFailure({ failure, cause }: FailureParts): ActivityFailure {
  const { activityType, activityId, retryState, identity } = failure.activityFailureInfo ?? {};
  if (!activityType?.name) throw new TypeError('Missing activityType.name on activityFailureInfo');
  return new ActivityFailure(
    failure.message ?? undefined,
    activityType.name,
    activityId ?? undefined,
    decodeRetryState(retryState),
    identity ?? undefined,
    cause,
  );
}

function nexusOperationFailure({ failure, cause }: FailureParts): NexusOperationFailure {
  const info = failure.nexusOperationExecutionFailureInfo ?? {};
  const { scheduledEventId } = info;
  return new NexusOperationFailure(
    failure.message ?? undefined,
    scheduledEventId === undefined || scheduledEventId === null ? undefined : int64ToNumber(scheduledEventId),
    info.endpoint ?? '',
    info.service ?? '',
    info.operation ?? '',
    info.operationToken ?? undefined,
    cause,
  );
}

function handlerError({ failure, cause }: FailureParts): HandlerError {
  const info = failure.nexusHandlerFailureInfo ?? {};
  const rawErrorType = info.type ?? '';
  const type: HandlerErrorType = HANDLER_ERROR_TYPES.has(rawErrorType) ? (rawErrorType as HandlerErrorType) : 'UNKNOWN';
  return new HandlerError(type, failure.message ?? undefined, {
    cause,
    rawErrorType,
    retryableOverride: RETRYABLE_BY_BEHAVIOR.get(info.retryBehavior ?? 0),
    // The converter writes this failure again, unchanged, when the error is passed on.
    originalFailure: {
      message: failure.message ?? '',
      metadata: { type: 'temporal.api.failure.v1.Failure' },
      details: failure as Record<string, unknown>,
    },
  });
}

function detailsOf(
  { payloadConverter, context }: FailureParts,
  details: { readonly payloads?: Parameters<typeof arrayFromPayloads>[1] } | null | undefined,
): unknown[] {
  return arrayFromPayloads(payloadConverter, details?.payloads, context);
}
