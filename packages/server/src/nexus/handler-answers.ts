import type { common, failure, nexus } from '@perdure/protocol';
import { handlerFailure } from './handler-errors.js';
import { failureOfNexus, type UnsuccessfulState } from './nexus-failures.js';
import { NexusTaskTimeoutError, type NexusTaskAnswer } from './nexus-tasks.js';

/** What the start of an operation came to at its handler, wherever that is. */
export type StartOutcome =
  | {
      readonly kind: 'completed';
      readonly result: common.IPayload | undefined;
      readonly links: readonly nexus.ILink[];
    }
  | { readonly kind: 'started'; readonly operationToken: string; readonly links: readonly nexus.ILink[] }
  | { readonly kind: 'unsuccessful'; readonly state: UnsuccessfulState; readonly failure: failure.IFailure }
  | HandlerErrorOutcome;

/** What a request to cancel came to. */
export type CancelOutcome = { readonly kind: 'acknowledged' } | HandlerErrorOutcome;

/** The failure has `nexusHandlerFailureInfo`. */
export interface HandlerErrorOutcome {
  readonly kind: 'handlerError';
  readonly failure: failure.IFailure;
}

/** What a worker's answer to the start of an operation means. */
export function startOutcome(answer: NexusTaskAnswer): StartOutcome {
  if (answer.kind === 'failure') return { kind: 'handlerError', failure: answer.failure };
  const { syncSuccess, asyncSuccess, operationError, failure: given } = answer.response?.startOperation ?? {};
  if (syncSuccess !== undefined) return { kind: 'completed', result: syncSuccess.payload, links: syncSuccess.links };
  if (asyncSuccess !== undefined) {
    const { operationToken, operationId, links } = asyncSuccess;
    return { kind: 'started', operationToken: operationToken || operationId, links };
  }
  if (operationError !== undefined) {
    const state = operationError.operationState === 'canceled' ? 'canceled' : 'failed';
    return { kind: 'unsuccessful', state, failure: failureOfNexus(operationError.failure ?? {}, state) };
  }
  if (given !== undefined) {
    const state = given.canceledFailureInfo === undefined ? 'failed' : 'canceled';
    return { kind: 'unsuccessful', state, failure: given };
  }
  return emptyAnswer();
}

/** What a worker's answer to a request to cancel means. */
export function cancelOutcome(answer: NexusTaskAnswer): CancelOutcome {
  if (answer.kind === 'failure') return { kind: 'handlerError', failure: answer.failure };
  return answer.response?.cancelOperation === undefined ? emptyAnswer() : { kind: 'acknowledged' };
}

/** What a caller is told when no worker answered in time. Anything else is thrown again. */
export function timeoutOutcome(error: unknown): HandlerErrorOutcome {
  if (!(error instanceof NexusTaskTimeoutError)) throw error;
  return { kind: 'handlerError', failure: handlerFailure('UPSTREAM_TIMEOUT', error.message) };
}

/**
 * The failure of a handler out of the older form of it. What is more than a message becomes the cause, as a workflow
 * sees the error that the handler threw below the handler's.
 */
export function failureOfHandlerError({
  errorType,
  failure: given,
  retryBehavior,
}: nexus.IHandlerError): failure.IFailure {
  const { message, stackTrace, metadata, details, cause } = given ?? {};
  const isPlain = !stackTrace && !details?.length && cause == null && Object.keys(metadata ?? {}).length === 0;
  return {
    message: message ?? '',
    nexusHandlerFailureInfo: { type: errorType ?? '', retryBehavior: retryBehavior ?? 0 },
    ...(isPlain || given == null ? {} : { cause: failureOfNexus(given) }),
  };
}

function emptyAnswer(): HandlerErrorOutcome {
  return {
    kind: 'handlerError',
    failure: handlerFailure('INTERNAL', 'The worker answered the Nexus task with nothing that belongs to its request'),
  };
}
