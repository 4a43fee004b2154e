import { Metadata } from '@grpc/grpc-js';
import { grpcStatusName } from './status.js';

const STATUS_DETAILS_KEY = 'grpc-status-details-bin';

/** A call that was answered with another status than OK, or not at all. Every adapter rejects with this class. */
export class GrpcServiceError extends Error {
  override readonly name = 'GrpcServiceError';

  constructor(
    /** A number of `GrpcStatus`. */
    readonly code: number,
    /** What the server, or the transport, says happened. */
    readonly details: string,
    /** Trailers of the answer. */
    readonly metadata: Metadata = new Metadata(),
    options?: { readonly cause?: unknown },
  ) {
    super(`${code} ${grpcStatusName(code)}: ${details}`, options);
  }

  /** The error of an answer whose details came as bytes: an encoded `google.rpc.Status`. */
  static withStatusDetails(code: number, details: string, statusDetails: Uint8Array | undefined): GrpcServiceError {
    const metadata = new Metadata();
    if (statusDetails !== undefined) metadata.set(STATUS_DETAILS_KEY, Buffer.from(statusDetails));
    return new GrpcServiceError(code, details, metadata);
  }
}

/** The encoded `google.rpc.Status` of an error, if the server sent one. */
export function statusDetailsOf(error: { readonly metadata: Metadata }): Uint8Array | undefined {
  const [value] = error.metadata.get(STATUS_DETAILS_KEY);
  return value instanceof Uint8Array ? value : undefined;
}
