import type { google } from '@temporalio/proto';
import { temporal } from '@temporalio/proto';
import type { Metadata } from '@grpc/grpc-js';

const details = temporal.api.errordetails.v1;

/** One detail of a google.rpc.Status: its message name and the decoded fields, default values left out. */
export interface ErrorDetail {
  readonly type: string;
  readonly value: Record<string, unknown>;
}

/** The typed details that a failed call carries in the `grpc-status-details-bin` trailer. */
export function errorDetails(error: unknown): ErrorDetail[] {
  const metadata = (error as { metadata?: Metadata }).metadata;
  const [trailer] = metadata?.get('grpc-status-details-bin') ?? [];
  if (!Buffer.isBuffer(trailer)) return [];
  return temporal.api.errordetails.v1.MultiOperationExecutionFailure.OperationStatus.decode(trailer).details.map(
    detailOf,
  );
}

function detailOf(any: google.protobuf.IAny): ErrorDetail {
  const type = (any.type_url ?? '').replace(/^.*\./, '');
  const codec = details[type as keyof typeof details] as unknown as
    { decode(bytes: Uint8Array): { toJSON(): Record<string, unknown> } } | undefined;
  return { type, value: codec ? codec.decode(any.value ?? new Uint8Array()).toJSON() : {} };
}
