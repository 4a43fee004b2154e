import { decode, encode } from '../inlined/msgpack.js';
import { workflowservice } from '@perdure/protocol';
import type { PageCursor } from '../store/index.js';

/** `failed` is also what was stopped, as Temporal has it. */
export type BatchState = 'running' | 'completed' | 'failed';

/** One run that a batch acts on; without a run id, the latest one. */
export interface BatchTarget {
  readonly workflowId: string;
  readonly runId: string;
}

/** A batch as it is stored: what was asked for, and how far it got. */
export interface BatchRecord {
  readonly namespaceId: string;
  readonly jobId: string;
  readonly request: workflowservice.StartBatchOperationRequest;
  readonly startTimeMs: number;
  readonly closeTimeMs: number | undefined;
  readonly state: BatchState;
  /** Why it was stopped, or could not go on. */
  readonly closeReason: string;
  /** Executions that matched when it was started; once it has closed, those it came to. */
  readonly total: number;
  readonly complete: number;
  readonly failure: number;
  /** Written before they are acted on, and acted on again after a crash; the counts are without them. */
  readonly page: readonly BatchTarget[];
  /** Where the page after this one begins. */
  readonly cursor: PageCursor | undefined;
  /** No page follows. */
  readonly isLastPage: boolean;
}

/** The request id under which a batch does something to an execution: the same, however often it has to. */
export function batchRequestId({ jobId }: Pick<BatchRecord, 'jobId'>, { workflowId, runId }: BatchTarget): string {
  return `${jobId}:${runId || workflowId}`;
}

/** Grows when an older server could not read a newer record. */
const VERSION = 1;

type Packed = Omit<BatchRecord, 'namespaceId' | 'jobId' | 'request'> & { readonly request: Uint8Array };

/** `[version, fields]` in MessagePack; the request inside is protobuf. */
export function encodeBatchRecord(record: BatchRecord): Uint8Array {
  const { namespaceId: _namespaceId, jobId: _jobId, request, ...rest } = record;
  const packed: Packed = { ...rest, request: workflowservice.StartBatchOperationRequest.encode(request) };
  return encode([VERSION, packed], { ignoreUndefined: true });
}

/** The inverse of `encodeBatchRecord`. Throws if the record is of a newer server. */
export function decodeBatchRecord(
  key: { readonly namespaceId: string; readonly id: string },
  value: Uint8Array,
): BatchRecord {
  const [version, packed] = decode(value) as [number, Packed];
  if (version > VERSION)
    throw new Error(
      `Batch ${key.id} has version ${version}, this server reads up to ${VERSION}: start a newer server.`,
    );
  return {
    ...packed,
    closeTimeMs: packed.closeTimeMs,
    cursor: packed.cursor,
    namespaceId: key.namespaceId,
    jobId: key.id,
    request: workflowservice.StartBatchOperationRequest.decode(packed.request),
  };
}
