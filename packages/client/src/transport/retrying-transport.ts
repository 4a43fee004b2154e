import { setMaxListeners } from 'node:events';
import { GrpcServiceError } from './grpc-service-error.js';
import { cancelledError, closedError } from './grpc-transport.js';
import { GrpcStatus } from './status.js';
import { callFor } from './call-for.js';
import type { ReadAnswer, RpcCallOptions, RpcTransport } from './transport.js';

/** Whether a failed call is made again, and how long after. */
export interface CallRetryPolicy {
  /** @param attempt how many attempts were made, from 1 */
  shouldRetry(attempt: number, error: GrpcServiceError): boolean;
  delayMs(attempt: number, error: GrpcServiceError): number;
}

/** Makes failed calls again, within their deadline and until they are cancelled. */
export class RetryingTransport implements RpcTransport {
  private readonly closing = new AbortController();

  constructor(
    private readonly inner: RpcTransport,
    private readonly policy: CallRetryPolicy,
  ) {
    // Every call that waits to be made again listens.
    setMaxListeners(0, this.closing.signal);
  }

  call(path: string, request: Uint8Array, options: RpcCallOptions): Promise<Uint8Array> {
    const deadlineMs = options.timeoutMs === undefined ? undefined : Date.now() + options.timeoutMs;
    return this.inner
      .call(path, request, options)
      .catch((error: unknown) => this.callAgain(path, request, options, deadlineMs, error));
  }

  /** What `read` throws is no reason to call again. */
  callFor<T>(path: string, request: Uint8Array, options: RpcCallOptions, read: ReadAnswer<T>): Promise<T> {
    const deadlineMs = options.timeoutMs === undefined ? undefined : Date.now() + options.timeoutMs;
    let isAnswered = false;
    const readOnce = (answer: Uint8Array): T => {
      isAnswered = true;
      return read(answer);
    };
    return callFor(this.inner, path, request, options, readOnce).catch((error: unknown) => {
      if (isAnswered) throw error;
      return this.callAgain(path, request, options, deadlineMs, error).then(read);
    });
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.inner.close();
  }

  /** Until an attempt succeeds, or fails in a way that ends the trying. */
  private async callAgain(
    path: string,
    request: Uint8Array,
    options: RpcCallOptions,
    deadlineMs: number | undefined,
    firstError: unknown,
  ): Promise<Uint8Array> {
    let error = firstError;
    for (let attempt = 1; ; attempt++) {
      if (this.closing.signal.aborted || !(error instanceof GrpcServiceError)) throw error;
      if (!this.policy.shouldRetry(attempt, error)) throw error;
      await this.pause(this.policy.delayMs(attempt, error), deadlineMs, options.signal);
      const timeoutMs = deadlineMs === undefined ? undefined : Math.max(1, deadlineMs - Date.now());
      try {
        return await this.inner.call(path, request, { ...options, timeoutMs });
      } catch (thrown) {
        error = thrown;
      }
    }
  }

  private pause(delayMs: number, deadlineMs: number | undefined, signal: AbortSignal | undefined): Promise<void> {
    const remainingMs = deadlineMs === undefined ? Infinity : deadlineMs - Date.now();
    const closed = this.closing.signal;
    return new Promise((resolve, reject) => {
      const finish = (error?: GrpcServiceError): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        closed.removeEventListener('abort', onClose);
        if (error === undefined) resolve();
        else reject(error);
      };
      const onAbort = (): void => finish(cancelledError());
      const onClose = (): void => finish(closedError());
      const timer = setTimeout(
        () => finish(delayMs < remainingMs ? undefined : deadlineError()),
        Math.max(0, Math.min(delayMs, remainingMs)),
      );
      signal?.addEventListener('abort', onAbort, { once: true });
      closed.addEventListener('abort', onClose, { once: true });
      if (signal?.aborted === true) onAbort();
    });
  }
}

function deadlineError(): GrpcServiceError {
  return new GrpcServiceError(GrpcStatus.DEADLINE_EXCEEDED, 'the deadline passed while waiting to try again');
}
