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
  const [namespaceId, workflowId, runId, number, scheduledEventId, startedEventId, attempt] = unpack(
    bytes,
    'w',
    'sssnnnn',
  );
  return {
    key: { namespaceId: String(namespaceId), workflowId: String(workflowId), runId: String(runId) },
    number: Number(number),
    scheduledEventId: Number(scheduledEventId),
    startedEventId: Number(startedEventId),
    attempt: Number(attempt),
  };
}

/** Throws INVALID_ARGUMENT if the bytes are no activity task token of this server. */
export function decodeActivityTaskToken(bytes: Uint8Array): ActivityTaskToken {
  const [namespaceId, workflowId, runId, scheduledEventId, attempt] = unpack(bytes, 'a', 'sssnn');
  return {
    key: { namespaceId: String(namespaceId), workflowId: String(workflowId), runId: String(runId) },
    scheduledEventId: Number(scheduledEventId),
    attempt: Number(attempt),
  };
}

/** Throws INVALID_ARGUMENT if the bytes are no query task token of this server. */
export function decodeQueryTaskToken(bytes: Uint8Array): QueryTaskToken {
  const [namespaceId, queryId] = unpack(bytes, 'q', 'ss');
  return { namespaceId: String(namespaceId), queryId: String(queryId) };
}

/** Throws INVALID_ARGUMENT if the bytes are no Nexus task token of this server. */
export function decodeNexusTaskToken(bytes: Uint8Array): NexusTaskToken {
  const [namespaceId, taskId] = unpack(bytes, 'n', 'ss');
  return { namespaceId: String(namespaceId), taskId: String(taskId) };
}

function pack(parts: Packed): Uint8Array {
  return Buffer.from(JSON.stringify(parts));
}

/** @param shape a letter for each part: `s` text, `n` number */
function unpack(bytes: Uint8Array, kind: Packed[0], shape: string): unknown[] {
  if (bytes.length === 0) throw new ServiceError('INVALID_ARGUMENT', 'Task token not set on request.');
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    parts = undefined;
  }
  const matches =
    Array.isArray(parts) &&
    parts[0] === kind &&
    parts.length === shape.length + 1 &&
    [...shape].every((letter, index) => typeof parts[index + 1] === (letter === 's' ? 'string' : 'number'));
  if (!matches)
    throw new ServiceError(
      'INVALID_ARGUMENT',
      'Error deserializing task token: it was not made by this server for this kind of task.',
    );
  return (parts as unknown[]).slice(1);
}
