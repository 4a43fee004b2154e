import type { PostCompletion } from './callback-delivery.js';
import { describeHandlerFailure } from './handler-errors.js';
import { completeOutside } from './http/outgoing.js';

/** Tells the end of a run over HTTP. */
export function postCompletions(payloadSizeBytes: number): PostCompletion {
  return async (url, headers, completion, { signal, timeoutMs }) => {
    const answer = await completeOutside(url, headers, completion, timeoutMs, { payloadSizeBytes, signal });
    if (answer.kind === 'delivered') return answer;
    const { failure } = answer;
    return { kind: describeHandlerFailure(failure).retryable ? 'retry' : 'refused', failure };
  };
}
