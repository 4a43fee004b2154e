import { listenForAbort, stopListening } from './abort-listeners.js';
import { GrpcServiceError } from './grpc-service-error.js';
import { cancelledError, closedError } from './grpc-transport.js';
import { GrpcStatus } from './status.js';
import type { RpcCallOptions } from './transport.js';

/** Waits for something on behalf of a call: until its deadline, its signal, or the end of the transport. */
export function deadlineWhile<T>(
  awaited: Promise<T>,
  { timeoutMs, signal }: RpcCallOptions,
  closed: AbortSignal,
): Promise<T> {
  // Whoever stops waiting does not hear of it any more.
  awaited.catch(() => undefined);
  if (signal?.aborted === true) return Promise.reject(cancelledError());
  if (closed.aborted) return Promise.reject(closedError());
  return new Promise<T>((resolve, reject) => {
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      if (signal !== undefined && abortListener !== undefined) stopListening(signal, abortListener);
      stopListening(closed, closeListener);
      settle();
    };
    const timer =
      timeoutMs === undefined ? undefined : setTimeout(() => finish(() => reject(deadlineError(timeoutMs))), timeoutMs);
    const abortListener = signal && listenForAbort(signal, () => finish(() => reject(cancelledError())));
    const closeListener = listenForAbort(closed, () => finish(() => reject(closedError())));
    awaited.then(
      (value) => finish(() => resolve(value)),
      (error: unknown) => finish(() => reject(error instanceof Error ? error : new Error(String(error)))),
    );
  });
}

function deadlineError(timeoutMs: number): GrpcServiceError {
  const details = `the deadline of ${Math.round(timeoutMs)} ms passed while connecting`;
  return new GrpcServiceError(GrpcStatus.DEADLINE_EXCEEDED, details);
}
