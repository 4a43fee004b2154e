import { GrpcServiceError } from './grpc-service-error.js';
import { GrpcStatus } from './status.js';
import type { RpcCallOptions, RpcTransport } from './transport.js';

/** A server in this process, as its clients see it. `RunningServer.inProcess` of `@perdure/server` is one. */
export interface InProcessServer {
  /** Calls a method by its path with an encoded request, for an encoded response. Rejects with an `InProcessError`. */
  callEncoded(path: string, request: Uint8Array, options?: RpcCallOptions): Promise<Uint8Array>;
}

/** What an in-process server rejects with. */
interface InProcessError extends Error {
  readonly grpcStatus: number;
  /** An encoded `google.rpc.Status`, where the error has more to say than its message. */
  readonly statusDetails?: Uint8Array | undefined;
}

/** Calls to a server in this process: the same bytes, no sockets. Closing it leaves the server running. */
export class InProcessTransport implements RpcTransport {
  private readonly running = new Set<AbortController>();
  private isClosed = false;

  constructor(private readonly server: InProcessServer) {}

  async call(path: string, request: Uint8Array, options: RpcCallOptions): Promise<Uint8Array> {
    if (this.isClosed) throw closedInProcess();
    const caller = options.signal;
    // A controller for each call, since signals that depend on ones that live long are kept as long as those.
    const call = new AbortController();
    const onAbort = (): void => call.abort();
    if (caller?.aborted === true) call.abort();
    else caller?.addEventListener('abort', onAbort, { once: true });
    this.running.add(call);
    try {
      return await this.server.callEncoded(path, request, { ...options, signal: call.signal });
    } catch (error) {
      if (this.isClosed) throw closedInProcess();
      throw toGrpcServiceError(error);
    } finally {
      this.running.delete(call);
      caller?.removeEventListener('abort', onAbort);
    }
  }

  close(): Promise<void> {
    this.isClosed = true;
    for (const call of this.running) call.abort();
    return Promise.resolve();
  }
}

function closedInProcess(): GrpcServiceError {
  return new GrpcServiceError(GrpcStatus.UNAVAILABLE, 'the connection is closed');
}

function toGrpcServiceError(error: unknown): unknown {
  if (!isInProcessError(error)) return error;
  return GrpcServiceError.withStatusDetails(error.grpcStatus, error.message, error.statusDetails);
}

function isInProcessError(error: unknown): error is InProcessError {
  return error instanceof Error && typeof (error as Partial<InProcessError>).grpcStatus === 'number';
}
