import { type Interceptor, InterceptingCall, type StatusObject } from '@grpc/grpc-js';
import { type CallRetryPolicy, GrpcStatus } from '../transport/index.js';

/** When calls are made again. */
export interface GrpcRetryOptions {
  /** Milliseconds before the next attempt. @param attempt how many were made, from 1 */
  delayFunction: (attempt: number, status: StatusObject) => number;
  /** Whether there is a next attempt. */
  retryableDecider: (attempt: number, status: StatusObject) => boolean;
}

/** The backoff: `factor ^ attempt * initialIntervalMs`, at most `maxIntervalMs`, give or take `maxJitter` of it. */
export interface BackoffOptions {
  /** 1.7 by default. */
  factor: number;
  /** How many attempts are made at most; 10 by default. */
  maxAttempts: number;
  /** The largest jitter, as a fraction of the delay; 0.2 by default. */
  maxJitter: number;
  /** 1 second for RESOURCE_EXHAUSTED, 100 milliseconds for others. */
  initialIntervalMs(status: StatusObject): number;
  /** 5 seconds. */
  maxIntervalMs(status: StatusObject): number;
}

const RETRYABLE: ReadonlySet<number> = new Set([
  GrpcStatus.UNKNOWN,
  GrpcStatus.RESOURCE_EXHAUSTED,
  GrpcStatus.ABORTED,
  GrpcStatus.OUT_OF_RANGE,
  GrpcStatus.UNAVAILABLE,
  GrpcStatus.DATA_LOSS,
]);

/** Resets that proxies answer with when they drop a stream, which grpc-js reports as INTERNAL. */
const TRANSIENT_RESET = /^Received RST_STREAM with code (0|2)(\D|$)/;

/** Whether a status is worth another attempt. */
export function isRetryableError(status: StatusObject): boolean {
  if (status.code === GrpcStatus.INTERNAL) return TRANSIENT_RESET.test(status.details);
  return RETRYABLE.has(status.code);
}

/** The default policy, or one with other figures. */
export function defaultGrpcRetryOptions(options: Partial<BackoffOptions> = {}): GrpcRetryOptions {
  const { factor = 1.7, maxAttempts = 10, maxJitter = 0.2 } = options;
  const initialIntervalMs = options.initialIntervalMs ?? defaultInitialIntervalMs;
  const maxIntervalMs = options.maxIntervalMs ?? (() => 5_000);
  return {
    delayFunction(attempt, status) {
      const withoutJitter = Math.min(factor ** attempt * initialIntervalMs(status), maxIntervalMs(status));
      return withoutJitter * (1 + (Math.random() * 2 - 1) * maxJitter);
    },
    retryableDecider: (attempt, status) => attempt < maxAttempts && isRetryableError(status),
  };
}

function defaultInitialIntervalMs({ code }: StatusObject): number {
  return code === GrpcStatus.RESOURCE_EXHAUSTED ? 1_000 : 100;
}

const policies = new WeakMap<Interceptor, GrpcRetryOptions>();

/**
 * Makes failed calls again. A connection recognises what this returns and retries itself, whatever carries its calls;
 * elsewhere it is a plain interceptor for unary calls of grpc-js.
 */
export function makeGrpcRetryInterceptor(retryOptions: GrpcRetryOptions): Interceptor {
  const interceptor: Interceptor = (options, nextCall) =>
    retryingCall(retryOptions, () => nextCall(options) as InterceptingCall);
  policies.set(interceptor, retryOptions);
  return interceptor;
}

/** The policy of an interceptor that `makeGrpcRetryInterceptor` made. */
export function retryPolicyOf(interceptor: Interceptor): CallRetryPolicy | undefined {
  const options = policies.get(interceptor);
  if (options === undefined) return undefined;
  return {
    shouldRetry: (attempt, error) => options.retryableDecider(attempt, error),
    delayMs: (attempt, error) => options.delayFunction(attempt, error),
  };
}

type CallListener = NonNullable<Parameters<InterceptingCall['start']>[1]>;

function retryingCall(retryOptions: GrpcRetryOptions, open: () => InterceptingCall): InterceptingCall {
  let current = open();
  let request: unknown;
  let giveUp: (() => void) | undefined;
  return new InterceptingCall(current, {
    start(metadata, listener, start) {
      const attempt = (number: number): CallListener => {
        let response: unknown;
        return {
          onReceiveMetadata: (received) => listener.onReceiveMetadata(received),
          onReceiveMessage: (message: unknown) => (response = message),
          onReceiveStatus(status) {
            const conclude = (): void => {
              giveUp = undefined;
              listener.onReceiveMessage(response);
              listener.onReceiveStatus(status);
            };
            if (status.code === GrpcStatus.OK || !retryOptions.retryableDecider(number, status)) return conclude();
            const timer = setTimeout(
              () => {
                giveUp = undefined;
                current = open();
                current.start(metadata.clone(), attempt(number + 1));
                current.sendMessage(request);
                current.halfClose();
              },
              retryOptions.delayFunction(number, status),
            );
            giveUp = () => {
              clearTimeout(timer);
              conclude();
            };
          },
        };
      };
      start(metadata, attempt(1));
    },
    sendMessage(message: unknown, send) {
      request = message;
      send(message);
    },
    cancel(cancel) {
      if (giveUp !== undefined) return giveUp();
      current.cancelWithStatus(GrpcStatus.CANCELLED, 'Cancelled on client');
      cancel();
    },
  });
}
