import type { ExecutionKey, WorkflowTaskIdentity } from '@perdure/engine';
import { ServiceError } from '../api/index.js';

/** Who a workflow task was given for. */
export interface WorkflowTaskToken extends WorkflowTaskIdentity {
  readonly key: ExecutionKey;
}

/** Who an activity task was given for. */
export interface ActivityTaskToken {
  readonly key: ExecutionKey;
  readonly scheduledEventId: number;
  readonly attempt: number;
}

/** Which waiting query a query task answers. */
export interface QueryTaskToken {
  readonly namespaceId: string;
  readonly queryId: string;
}

/** Which waiting Nexus request a Nexus task is. */
export interface NexusTaskToken {
  readonly namespaceId: string;
  readonly taskId: string;
}

/**
 * Tokens are opaque to workers: a letter for what it is, then the parts, as a JSON array. A worker hands one back with
 * every answer, and nothing is as quick to write and read here as JSON.
 */
type Packed = [kind: 'w' | 'a' | 'q' | 'n', ...parts: (string | number)[]];

/** The token of a workflow task. */
export function encodeWorkflowTaskToken({
  key,
  number,
  scheduledEventId,
  startedEventId,
  attempt,
}: WorkflowTaskToken): Uint8Array {
  return pack(['w', key.namespaceId, key.workflowId, key.runId, number, scheduledEventId, startedEventId, attempt]);
}

/** The token of an activity task. */
export function encodeActivityTaskToken({ key, scheduledEventId, attempt }: ActivityTaskToken): Uint8Array {
  return pack(['a', key.namespaceId, key.workflowId, key.runId, scheduledEventId, attempt]);
}

/** The token of a query task. */
export function encodeQueryTaskToken({ namespaceId, queryId }: QueryTaskToken): Uint8Array {
  return pack(['q', namespaceId, queryId]);
}

/** The token of a Nexus task. */
export function encodeNexusTaskToken({ namespaceId, taskId }: NexusTaskToken): Uint8Array {
  return pack(['n', namespaceId, taskId]);
}

/** Throws INVALID_ARGUMENT if the bytes are no workflow task token of this server. */
export function decodeWorkflowTaskToken(bytes: Uint8Array): WorkflowTaskToken {
  const parts = unpack(bytes, 'w', 3, 4);
  return {
    key: keyOf(parts),
    number: parts[4] as number,
    scheduledEventId: parts[5] as number,
    startedEventId: parts[6] as number,
    attempt: parts[7] as number,
  };
}

/** Throws INVALID_ARGUMENT if the bytes are no activity task token of this server. */
export function decodeActivityTaskToken(bytes: Uint8Array): ActivityTaskToken {
  const parts = unpack(bytes, 'a', 3, 2);
  return { key: keyOf(parts), scheduledEventId: parts[4] as number, attempt: parts[5] as number };
}

/** Throws INVALID_ARGUMENT if the bytes are no query task token of this server. */
export function decodeQueryTaskToken(bytes: Uint8Array): QueryTaskToken {
  const parts = unpack(bytes, 'q', 2, 0);
  return { namespaceId: parts[1] as string, queryId: parts[2] as string };
}

/** Throws INVALID_ARGUMENT if the bytes are no Nexus task token of this server. */
export function decodeNexusTaskToken(bytes: Uint8Array): NexusTaskToken {
  const parts = unpack(bytes, 'n', 2, 0);
  return { namespaceId: parts[1] as string, taskId: parts[2] as string };
}

function keyOf(parts: readonly unknown[]): ExecutionKey {
  return { namespaceId: parts[1] as string, workflowId: parts[2] as string, runId: parts[3] as string };
}

function pack(parts: Packed): Uint8Array {
  return Buffer.from(JSON.stringify(parts));
}

/** The parts of a token, its letter first: so many texts, then so many numbers. */
function unpack(bytes: Uint8Array, kind: Packed[0], texts: number, numbers: number): readonly unknown[] {
  if (bytes.length === 0) throw new ServiceError('INVALID_ARGUMENT', 'Task token not set on request.');
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    parts = undefined;
  }
  if (!Array.isArray(parts) || parts[0] !== kind || !hasShape(parts, texts, numbers))
    throw new ServiceError(
      'INVALID_ARGUMENT',
      'Error deserializing task token: it was not made by this server for this kind of task.',
    );
  return parts;
}

function hasShape(parts: readonly unknown[], texts: number, numbers: number): boolean {
  if (parts.length !== 1 + texts + numbers) return false;
  for (let index = 1; index < parts.length; index++) {
    if (typeof parts[index] !== (index <= texts ? 'string' : 'number')) return false;
  }
  return true;
}
