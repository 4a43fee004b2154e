import { GrpcServiceError, GrpcStatus, statusDetailsOf } from '@perdure/client/transport';
import { CommandError } from '../errors.js';
import { enums, errordetails, failure, isTypeUrlOf, rpc, unpackAny } from '@perdure/protocol';

/** A failed call with what it means, and with its status for programs; undefined for other errors. */
export function describedCallError(error: unknown, address: string): CommandError | undefined {
  const words = describeCallError(error, address);
  return words === undefined ? undefined : new CommandError(words, statusOf(error));
}

/** The name of the status of a failed call; undefined for other errors. */
export function statusOf(error: unknown): string | undefined {
  if (!(error instanceof GrpcServiceError)) return undefined;
  return Object.entries(GrpcStatus).find(([, code]) => code === error.code)?.[0];
}

/** What a failed call means, in one line, with what to do next; undefined for other errors. */
export function describeCallError(error: unknown, address: string): string | undefined {
  if (!(error instanceof GrpcServiceError)) return undefined;
  const { code, details } = error;
  switch (code) {
    case GrpcStatus.UNAVAILABLE:
      return `no server answers at ${address} (${reasonOf(details)}); start one with "perdure server start-dev", or name another with --address`;
    case GrpcStatus.UNIMPLEMENTED:
      return `the server at ${address} does not have this: ${details}`;
    case GrpcStatus.DEADLINE_EXCEEDED:
      return `the server at ${address} did not answer in time (${reasonOf(details)}); give it longer with --command-timeout`;
    case GrpcStatus.UNAUTHENTICATED:
    case GrpcStatus.PERMISSION_DENIED:
      return `the server at ${address} refuses: ${details || 'no reason given'}; check --api-key, the certificate and --namespace`;
    default:
      return details || error.message;
  }
}

/** gRPC wraps what the socket said in sentences of its own, and reports on every attempt. */
function reasonOf(details: string): string {
  const found = /(connect E[A-Z]+ \S+|getaddrinfo E[A-Z_]+ \S+|Name resolution failed for target \S+)/.exec(details);
  return found?.[1]?.replace(/[.,]$/, '') ?? details.replace(/\s+/g, ' ').replace(/ ?Resolution note: ?$/, '');
}

/** Whether the server does not have the method that was called. */
export function isUnimplemented(error: unknown): boolean {
  return error instanceof GrpcServiceError && error.code === GrpcStatus.UNIMPLEMENTED;
}

/** Whether what was named is not there, or not running any more. */
export function isNotFound(error: unknown): boolean {
  return error instanceof GrpcServiceError && error.code === GrpcStatus.NOT_FOUND;
}

/** Whether nobody answers. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof GrpcServiceError && error.code === GrpcStatus.UNAVAILABLE;
}

/** Whether a call ended because its time was up. */
export function isTimeout(error: unknown): boolean {
  return error instanceof GrpcServiceError && error.code === GrpcStatus.DEADLINE_EXCEEDED;
}

/** Whether the server asks for fewer calls a second; the same call is worth another try a little later. */
export function isThrottled(error: unknown): boolean {
  if (!(error instanceof GrpcServiceError) || error.code !== GrpcStatus.RESOURCE_EXHAUSTED) return false;
  const bytes = statusDetailsOf(error);
  if (bytes === undefined) return false;
  const { RESOURCE_EXHAUSTED_CAUSE_RPS_LIMIT, RESOURCE_EXHAUSTED_CAUSE_SYSTEM_OVERLOADED } =
    enums.ResourceExhaustedCause;
  const passing: readonly number[] = [RESOURCE_EXHAUSTED_CAUSE_RPS_LIMIT, RESOURCE_EXHAUSTED_CAUSE_SYSTEM_OVERLOADED];
  return rpc.Status.decode(bytes).details.some((detail) =>
    passing.includes(unpackAny(errordetails.ResourceExhaustedFailure, detail)?.cause ?? -1),
  );
}

/** Which operation of several failed, and why; undefined unless the server says so. */
export function failedOperation(error: unknown): string | undefined {
  if (!(error instanceof GrpcServiceError)) return undefined;
  const bytes = statusDetailsOf(error);
  if (bytes === undefined) return undefined;
  for (const detail of rpc.Status.decode(bytes).details) {
    const execution = unpackAny(errordetails.MultiOperationExecutionFailure, detail);
    const failed = execution?.statuses.find(
      ({ code, details }) =>
        code !== 0 && !details.some((each) => isTypeUrlOf(failure.MultiOperationExecutionAborted, each.typeUrl)),
    );
    if (failed !== undefined) return failed.message;
  }
  return undefined;
}
