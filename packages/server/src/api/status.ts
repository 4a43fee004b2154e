import type { StatusName } from '@perdure/engine';

/** One row of the table: how a status is written in gRPC and in HTTP. */
export interface StatusCode {
  /** https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
  readonly grpc: number;
  /** The mapping `google/rpc/code.proto` documents. */
  readonly http: number;
}

/** The only place that knows the numbers of statuses. */
export const STATUS: Readonly<Record<StatusName, StatusCode>> = {
  CANCELLED: { grpc: 1, http: 499 },
  UNKNOWN: { grpc: 2, http: 500 },
  INVALID_ARGUMENT: { grpc: 3, http: 400 },
  DEADLINE_EXCEEDED: { grpc: 4, http: 504 },
  NOT_FOUND: { grpc: 5, http: 404 },
  ALREADY_EXISTS: { grpc: 6, http: 409 },
  PERMISSION_DENIED: { grpc: 7, http: 403 },
  RESOURCE_EXHAUSTED: { grpc: 8, http: 429 },
  FAILED_PRECONDITION: { grpc: 9, http: 400 },
  ABORTED: { grpc: 10, http: 409 },
  OUT_OF_RANGE: { grpc: 11, http: 400 },
  UNIMPLEMENTED: { grpc: 12, http: 501 },
  INTERNAL: { grpc: 13, http: 500 },
  UNAVAILABLE: { grpc: 14, http: 503 },
  DATA_LOSS: { grpc: 15, http: 500 },
  UNAUTHENTICATED: { grpc: 16, http: 401 },
};

/** The number of a call that succeeded. */
export const OK_GRPC_STATUS = 0;

const NAMES: readonly string[] = nameEveryNumber();

function nameEveryNumber(): string[] {
  const names = ['OK'];
  for (const [name, code] of Object.entries(STATUS)) names[code.grpc] = name;
  return names;
}

/** The name of a gRPC status number, for metrics and logs. */
export function nameOfGrpcStatus(grpcStatus: number): string {
  return NAMES[grpcStatus] ?? `CODE_${grpcStatus}`;
}
