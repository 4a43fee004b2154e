/**
 * What the engine answers instead of a transition when a request cannot be honoured.
 *
 * A rejection is a value: the pure core never throws for bad input. The shell turns it into a gRPC status
 * (see `packages/server/src/api/`), with the typed detail packed into `google.rpc.Status`.
 */
export interface Rejection {
  readonly rejected: true;
  readonly code: StatusName;
  /** Says what happened, where, and what to do next. */
  readonly message: string;
  /** A message of `temporal.api.errordetails.v1`, by its short name, for clients that switch on the type. */
  readonly detail?: RejectionDetail;
}

/** Canonical gRPC status names (https://grpc.github.io/grpc/core/md_doc_statuscodes.html). */
export type StatusName =
  | 'CANCELLED'
  | 'UNKNOWN'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'OUT_OF_RANGE'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'DATA_LOSS'
  | 'UNAUTHENTICATED';

/** `type` is the short name of a message in `temporal.api.errordetails.v1`; `fields` are its fields. */
export interface RejectionDetail {
  readonly type: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Builds a rejection. */
export function reject(code: StatusName, message: string, detail?: RejectionDetail): Rejection {
  return detail === undefined ? { rejected: true, code, message } : { rejected: true, code, message, detail };
}
