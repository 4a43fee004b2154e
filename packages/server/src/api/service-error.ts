import type { Rejection, RejectionDetail, StatusName } from '@perdure/engine';

import { STATUS } from './status.js';
import { encodeStatusDetails } from './status-details.js';

/**
 * An answer other than OK. Handlers throw it; transports turn it into their own form of a status.
 *
 * The message is meant for the caller: what happened, where, and what to do next.
 */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';

  constructor(
    readonly code: StatusName,
    message: string,
    /** A message of `temporal.api.errordetails.v1` that clients switch on. */
    readonly detail?: RejectionDetail,
  ) {
    super(message);
  }

  /** The error that says what the engine said. */
  static fromRejection(rejection: Rejection): ServiceError {
    return new ServiceError(rejection.code, rejection.message, rejection.detail);
  }

  /** The status's gRPC number. */
  get grpcStatus(): number {
    return STATUS[this.code].grpc;
  }

  /** The error's `google.rpc.Status`, encoded; `undefined` for an error without detail. */
  get statusDetails(): Uint8Array | undefined {
    return encodeStatusDetails(this);
  }

  /** The status's HTTP number. */
  get httpStatus(): number {
    return STATUS[this.code].http;
  }
}
