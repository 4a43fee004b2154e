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
  private readonly closing = new AbortController();

  constructor(private readonly server: InProcessServer) {}

  async call(path: string, request: Uint8Array, options: RpcCallOptions): Promise<Uint8Array> {
    const closed = this.closing.signal;
    if (closed.aborted) throw closedInProcess();
    const signal = options.signal === undefined ? closed : AbortSignal.any([options.signal, closed]);
    try {
      return await this.server.callEncoded(path, request, { ...options, signal });
    } catch (error) {
      if (closed.aborted) throw closedInProcess();
      throw toGrpcServiceError(error);
    }
  }

  close(): Promise<void> {
    this.closing.abort();
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
