import { InFlightSet } from '@perdure/protocol/in-flight';
import { listenForAbort, stopListening } from './abort-listeners.js';
import { GrpcServiceError } from './grpc-service-error.js';
import { GrpcStatus } from './status.js';
import { asItCame } from './call-for.js';
import type { ReadAnswer, RpcCallOptions, RpcTransport } from './transport.js';

/** A server in this process, as its clients see it. `inProcess` of an `EmbeddedServer`, and of what `startServer` gives, of `@perdure/server` are. */
export interface InProcessServer {
  /**
   * Calls a method by its path with an encoded request. `settle` hears of the outcome once, an `InProcessError` or the encoded
   * response, not before `begin` has returned. Gives a function that cancels the call.
   */
  begin(
    path: string,
    request: Uint8Array,
    options: Pick<RpcCallOptions, 'metadata' | 'timeoutMs'>,
    settle: (error: Error | undefined, response: Uint8Array) => void,
  ): () => void;
}

/** What calls to an in-process server fail with. */
interface InProcessError extends Error {
  readonly grpcStatus: number;
  /** An encoded `google.rpc.Status`, where the error has more to say than its message. */
  readonly statusDetails?: Uint8Array | undefined;
}

/** Calls to a server in this process: the same bytes, no sockets. Closing it leaves the server running. */
export class InProcessTransport implements RpcTransport {
  private readonly running = new InFlightSet<() => void>();
  private isClosed = false;

  constructor(private readonly server: InProcessServer) {}

  call(path: string, request: Uint8Array, options: RpcCallOptions): Promise<Uint8Array> {
    return this.callFor(path, request, options, asItCame);
  }

  callFor<T>(path: string, request: Uint8Array, options: RpcCallOptions, read: ReadAnswer<T>): Promise<T> {
    if (this.isClosed) return Promise.reject(closedInProcess());
    const { signal } = options;
    if (signal?.aborted === true) return Promise.reject(cancelledInProcess(path));
    return new Promise((resolve, reject) => {
      const cancel = this.server.begin(path, request, options, (error, response) => {
        entry.remove();
        if (signal !== undefined && abortListener !== undefined) stopListening(signal, abortListener);
        if (error !== undefined) return reject(this.isClosed ? closedInProcess() : toGrpcServiceError(error));
        try {
          resolve(read(response));
        } catch (unreadable) {
          reject(unreadable instanceof Error ? unreadable : new Error(String(unreadable)));
        }
      });
      const entry = this.running.add(cancel);
      const abortListener = signal && listenForAbort(signal, cancel);
    });
  }

  close(): Promise<void> {
    this.isClosed = true;
    for (const cancel of this.running.toArray()) cancel();
    return Promise.resolve();
  }
}

function closedInProcess(): GrpcServiceError {
  return new GrpcServiceError(GrpcStatus.UNAVAILABLE, 'the connection is closed');
}

function cancelledInProcess(path: string): GrpcServiceError {
  return new GrpcServiceError(GrpcStatus.CANCELLED, `the caller cancelled ${path}`);
}

function toGrpcServiceError(error: Error): Error {
  if (!isInProcessError(error)) return error;
  return GrpcServiceError.withStatusDetails(error.grpcStatus, error.message, error.statusDetails);
}

function isInProcessError(error: Error): error is InProcessError {
  return typeof (error as Partial<InProcessError>).grpcStatus === 'number';
}
