import {
  type ChannelCredentials,
  type ChannelOptions,
  Client,
  type ClientUnaryCall,
  type Interceptor,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { InFlightSet } from '@perdure/protocol/in-flight';
import { listenForAbort, stopListening } from './abort-listeners.js';
import { GrpcServiceError } from './grpc-service-error.js';
import { GrpcStatus } from './status.js';
import type { RpcCallOptions, RpcMetadata, RpcTransport } from './transport.js';

/** Where calls go over standard gRPC, and how. */
export interface GrpcTransportOptions {
  /** `host:port`. */
  readonly address: string;
  readonly credentials: ChannelCredentials;
  readonly channelOptions?: ChannelOptions;
  /** Around every call, the first one outermost. */
  readonly interceptors?: readonly Interceptor[];
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const asBytes = (bytes: Buffer): Uint8Array => bytes;

/** Unary gRPC on `@grpc/grpc-js`: what every Temporal server understands. Connects with the first call. */
export class GrpcTransport implements RpcTransport {
  private readonly client: Client;
  private readonly interceptors: Interceptor[] | undefined;
  private readonly running = new InFlightSet<ClientUnaryCall>();
  private isClosed = false;

  constructor({ address, credentials, channelOptions, interceptors }: GrpcTransportOptions) {
    this.client = new Client(address, credentials, channelOptions);
    this.interceptors = interceptors === undefined || interceptors.length === 0 ? undefined : [...interceptors];
  }

  /** Resolves once there is a connection. Rejects with an Error when there is none at `deadlineMs` (epoch). */
  whenReady(deadlineMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.client.waitForReady(deadlineMs, (error) => (error === undefined ? resolve() : reject(error)));
    });
  }

  call(path: string, request: Uint8Array, options: RpcCallOptions): Promise<Uint8Array> {
    const { signal } = options;
    if (this.isClosed) return Promise.reject(closedError());
    if (signal?.aborted === true) return Promise.reject(cancelledError());
    return new Promise((resolve, reject) => {
      const settle = (error: ServiceError | null, response: Uint8Array | undefined): void => {
        if (signal !== undefined && abortListener !== undefined) stopListening(signal, abortListener);
        entry.remove();
        if (error === null && response !== undefined) resolve(response);
        else reject(this.isClosed ? closedError() : toGrpcServiceError(error));
      };
      const call = this.client.makeUnaryRequest(
        path,
        asBuffer,
        asBytes,
        request,
        toGrpcMetadata(options.metadata),
        {
          ...(options.timeoutMs === undefined ? {} : { deadline: Date.now() + options.timeoutMs }),
          ...(this.interceptors === undefined ? {} : { interceptors: this.interceptors }),
        },
        (error, response) => settle(error, response),
      );
      const entry = this.running.add(call);
      const abortListener = signal && listenForAbort(signal, () => call.cancel());
    });
  }

  close(): Promise<void> {
    this.isClosed = true;
    for (const call of this.running.toArray()) call.cancel();
    this.client.close();
    return Promise.resolve();
  }
}

/** The metadata as grpc-js wants it. */
export function toGrpcMetadata(metadata: RpcMetadata | undefined): Metadata {
  const converted = new Metadata();
  for (const [name, value] of Object.entries(metadata ?? {})) {
    converted.set(name, typeof value === 'string' ? value : asBuffer(value));
  }
  return converted;
}

/** What a call on a closed transport rejects with. */
export function closedError(): GrpcServiceError {
  return new GrpcServiceError(GrpcStatus.UNAVAILABLE, 'the connection is closed');
}

/** What a call rejects with when its signal aborts. */
export function cancelledError(): GrpcServiceError {
  return new GrpcServiceError(GrpcStatus.CANCELLED, 'the caller cancelled the call');
}

function toGrpcServiceError(error: ServiceError | null): GrpcServiceError {
  if (error === null) return new GrpcServiceError(GrpcStatus.INTERNAL, 'the server sent no answer');
  return new GrpcServiceError(error.code, error.details, error.metadata);
}
