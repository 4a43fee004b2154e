import type { InFlightEntry } from '@perdure/protocol/in-flight';
import { listenForAbort, stopListening } from '../abort-listeners.js';
import { GrpcServiceError } from '../grpc-service-error.js';
import { cancelledError } from '../grpc-transport.js';
import { GrpcStatus } from '../status.js';
import type { ReadAnswer, RpcCallOptions } from '../transport.js';
import type { Deadlines, Expiring } from './deadlines.js';

/** A call that is under way: settles once, by an answer, its deadline, its signal, or the end of the stream. */
export class PendingCall<T> implements Expiring {
  readonly promise: Promise<T>;
  private resolve!: (result: T) => void;
  private reject!: (error: Error) => void;
  readonly dueAtMs: number;
  private readonly deadline: InFlightEntry<Expiring> | undefined;
  private readonly timeoutMs: number | undefined;
  private isSettled = false;
  private readonly signal: AbortSignal | undefined;
  private readonly abortListener: InFlightEntry<() => void> | undefined;

  /**
   * @param read makes of the answer what the promise resolves with
   * @param onGivenUp told when the caller stops waiting before there is an answer
   */
  constructor(
    { timeoutMs, signal }: RpcCallOptions,
    private readonly read: ReadAnswer<T>,
    private readonly onGivenUp: () => void,
    private readonly deadlines: Deadlines,
  ) {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.signal = signal;
    this.abortListener = signal && listenForAbort(signal, () => this.giveUp(cancelledError()));
    this.timeoutMs = timeoutMs;
    this.dueAtMs = timeoutMs === undefined ? Infinity : performance.now() + timeoutMs;
    this.deadline = timeoutMs === undefined ? undefined : deadlines.add(this, timeoutMs);
  }

  /** The deadline has passed. */
  expire(): void {
    this.giveUp(deadlineError(this.timeoutMs ?? 0));
  }

  succeed(body: Uint8Array): void {
    if (!this.conclude()) return;
    try {
      this.resolve(this.read(body));
    } catch (error) {
      this.reject(error as Error);
    }
  }

  fail(error: Error): void {
    if (this.conclude()) this.reject(error);
  }

  private giveUp(error: GrpcServiceError): void {
    if (!this.conclude()) return;
    this.reject(error);
    this.onGivenUp();
  }

  private conclude(): boolean {
    if (this.isSettled) return false;
    this.isSettled = true;
    if (this.deadline !== undefined) this.deadlines.remove(this.deadline, this.timeoutMs ?? 0);
    if (this.signal !== undefined && this.abortListener !== undefined) stopListening(this.signal, this.abortListener);
    return true;
  }
}

function deadlineError(timeoutMs: number): GrpcServiceError {
  const details = `the deadline of ${Math.round(timeoutMs)} ms passed before there was an answer`;
  return new GrpcServiceError(GrpcStatus.DEADLINE_EXCEEDED, details);
}
