import { HandlerError } from 'nexus-rpc';
import type { failure as failureApi } from '@perdure/protocol';
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
  encodeApplicationFailureCategory,
  encodeRetryState,
  encodeTimeoutType,
} from '../failure/index.js';
import type { ProtoFailure } from '../failure/index.js';
import { msOptionalToTs } from '../time/index.js';
import { RETRY_BEHAVIOR_NON_RETRYABLE, RETRY_BEHAVIOR_RETRYABLE } from './nexus-errors.js';
import type { PayloadConverter } from './payload-converter.js';
import { toPayloadsWithContext } from './payload-lists.js';
import type { SerializationContext } from './serialization-context.js';

/** The part of a failure that says what kind it is; exactly one field, or none. */
type FailureInfo = Pick<ProtoFailure, Extract<keyof ProtoFailure, `${string}Info`>>;

/** The info of an error's failure, by the error's class; empty for classes that have none on the wire. */
export function failureInfoOfError(
  error: unknown,
  payloadConverter: PayloadConverter,
  context: SerializationContext | undefined,
): FailureInfo {
  const toDetails = (values: readonly unknown[] | null | undefined) => {
    const payloads = toPayloadsWithContext(payloadConverter, context, values ?? []);
    return payloads === undefined ? undefined : { payloads };
  };
  if (error instanceof HandlerError) return { nexusHandlerFailureInfo: handlerFailureInfo(error) };
  if (!(error instanceof TemporalFailure)) return {};
  if (error instanceof ApplicationFailure) {
    return {
      applicationFailureInfo: {
        type: error.type,
        nonRetryable: error.nonRetryable,
        details: toDetails(error.details),
        nextRetryDelay: msOptionalToTs(error.nextRetryDelay),
        category: encodeApplicationFailureCategory(error.category),
      },
    };
  }
  if (error instanceof CancelledFailure) return { canceledFailureInfo: { details: toDetails(error.details) } };
  if (error instanceof TimeoutFailure) {
    const { timeoutType, lastHeartbeatDetails } = error;
    return {
      timeoutFailureInfo: {
        timeoutType: encodeTimeoutType(timeoutType),
        lastHeartbeatDetails: lastHeartbeatDetails !== undefined ? toDetails([lastHeartbeatDetails]) : undefined,
      },
    };
  }
  if (error instanceof ServerFailure) return { serverFailureInfo: { nonRetryable: error.nonRetryable } };
  if (error instanceof TerminatedFailure) return { terminatedFailureInfo: {} };
  return infoOfCallee(error);
}

/** The info of a failure of something that a workflow called. */
function infoOfCallee(error: TemporalFailure): FailureInfo {
  if (error instanceof ActivityFailure) {
    const { activityType, activityId, retryState, identity } = error;
    return {
      activityFailureInfo: {
        activityType: { name: activityType },
        activityId,
        retryState: encodeRetryState(retryState),
        identity,
      },
    };
  }
  if (error instanceof ChildWorkflowFailure) {
    const { namespace, execution, workflowType, retryState } = error;
    return {
      childWorkflowExecutionFailureInfo: {
        namespace,
        workflowExecution: execution,
        workflowType: { name: workflowType },
        retryState: encodeRetryState(retryState),
      },
    };
  }
  if (error instanceof NexusOperationFailure) {
    const { scheduledEventId, endpoint, service, operation, operationToken } = error;
    return {
      nexusOperationExecutionFailureInfo: { scheduledEventId, endpoint, service, operation, operationToken },
    };
  }
  return {};
}

function handlerFailureInfo(error: HandlerError): failureApi.INexusHandlerFailureInfo {
  const { retryableOverride } = error;
  return {
    type: error.rawErrorType,
    retryBehavior:
      retryableOverride === undefined
        ? undefined
        : retryableOverride
          ? RETRY_BEHAVIOR_RETRYABLE
          : RETRY_BEHAVIOR_NON_RETRYABLE,
  };
}
