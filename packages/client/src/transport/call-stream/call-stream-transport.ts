import { setMaxListeners } from 'node:events';
import { GrpcServiceError } from '../grpc-service-error.js';
import { closedError } from '../grpc-transport.js';
import { GrpcStatus } from '../status.js';
import { deadlineWhile } from '../wait.js';
import type { ReadAnswer, RpcCallOptions, RpcTransport } from '../transport.js';
import { CallStream } from './call-stream.js';
import type { CallStreamTarget } from './open-stream.js';

const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 1_000;

/** Calls over a call stream; a new stream is opened with the first call after the last one ended. */
export class CallStreamTransport implements RpcTransport {
  private current: CallStream | undefined;
  private opening: Promise<CallStream> | undefined;
  private readonly streams = new Set<CallStream>();
  private readonly closing = new AbortController();

  constructor(private readonly target: CallStreamTarget) {
    // Every call that waits for the stream listens.
    setMaxListeners(0, this.closing.signal);
  }

  /** Whether a call would be made at once. */
  get isOpen(): boolean {
    return this.current?.isOpen === true;
  }

  call(path: string, request: Uint8Array, options: RpcCallOptions): Promise<Uint8Array> {
    if (this.current?.isOpen === true) return this.current.call(path, request, options);
    return this.callOnceOpen(path, request, options);
  }

  callFor<T>(path: string, request: Uint8Array, options: RpcCallOptions, read: ReadAnswer<T>): Promise<T> {
    if (this.current?.isOpen === true) return this.current.callFor(path, request, options, read);
    return this.callOnceOpen(path, request, options).then(read);
  }

  /** Resolves with an open stream. Rejects as `CallStream.open` does. */
  connect(): Promise<CallStream> {
    if (this.closing.signal.aborted) return Promise.reject(closedError());
    if (this.current?.isOpen === true) return Promise.resolve(this.current);
    this.opening ??= this.open().finally(() => (this.opening = undefined));
    return this.opening;
  }

  /**
   * Resolves once there is a stream; tries until `deadlineMs` (epoch) while no server can be reached. Rejects then with
   * DEADLINE_EXCEEDED, whose cause is why none could be.
   */
  async whenReady(deadlineMs: number): Promise<void> {
    const closed = this.closing.signal;
    let unreachable: GrpcServiceError | undefined;
    for (let delayMs = FIRST_RETRY_MS; ; delayMs = Math.min(2 * delayMs, LONGEST_RETRY_MS)) {
      try {
        await deadlineWhile(this.connect(), { timeoutMs: Math.max(0, deadlineMs - Date.now()) }, closed);
        return;
      } catch (error) {
        if (!isUnavailable(error) || closed.aborted) throw withCause(error, unreachable);
        unreachable = error;
        await deadlineWhile(pause(delayMs), { timeoutMs: Math.max(0, deadlineMs - Date.now()) }, closed).catch(
          (late: unknown) => Promise.reject(withCause(late, unreachable)),
        );
      }
    }
  }

  close(): Promise<void> {
    this.closing.abort();
    for (const stream of [...this.streams]) stream.destroy(closedError());
    return Promise.resolve();
  }

  private async callOnceOpen(path: string, request: Uint8Array, options: RpcCallOptions): Promise<Uint8Array> {
    const startedAtMs = Date.now();
    const stream = await deadlineWhile(this.connect(), options, this.closing.signal);
    const { timeoutMs } = options;
    if (timeoutMs === undefined) return stream.call(path, request, options);
    const remainingMs = Math.max(0, timeoutMs - (Date.now() - startedAtMs));
    return stream.call(path, request, { ...options, timeoutMs: remainingMs });
  }

  private async open(): Promise<CallStream> {
    const stream: CallStream = await CallStream.open(this.target, () => this.forget());
    this.streams.add(stream);
    if (this.closing.signal.aborted) stream.destroy();
    else this.current = stream;
    return stream;
  }

  private forget(): void {
    for (const stream of this.streams) if (stream.hasEnded) this.streams.delete(stream);
    if (this.current?.isOpen === false) this.current = undefined;
  }
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

/** Time being up says nothing by itself: what went wrong until then does. */
function withCause(error: unknown, unreachable: GrpcServiceError | undefined): Error {
  if (!(error instanceof GrpcServiceError) || error.code !== GrpcStatus.DEADLINE_EXCEEDED || unreachable === undefined)
    return error as Error;
  return new GrpcServiceError(error.code, error.details, error.metadata, { cause: unreachable });
}

function isUnavailable(error: unknown): error is GrpcServiceError {
  return error instanceof GrpcServiceError && error.code === GrpcStatus.UNAVAILABLE;
}
