import type { ExecutionKey } from '@perdure/engine';
import { ServiceError } from '../api/index.js';

/** The operation that a callback is for. */
export interface CallbackTarget {
  readonly key: ExecutionKey;
  readonly scheduledEventId: number;
  readonly requestId: string;
}

/** The header in which a handler gives back the token that came with the callback. Names of headers know no case. */
export const CALLBACK_TOKEN_HEADER = 'nexus-callback-token';

/** A token, opaque to handlers, that may stand in a header. */
export function encodeCallbackToken({ key, scheduledEventId, requestId }: CallbackTarget): string {
  const parts = [1, key.namespaceId, key.workflowId, key.runId, scheduledEventId, requestId];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** The inverse of `encodeCallbackToken`. Throws INVALID_ARGUMENT if this server did not make the token. */
export function decodeCallbackToken(token: string): CallbackTarget {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    parts = undefined;
  }
  if (!isPacked(parts)) throw new ServiceError('INVALID_ARGUMENT', 'The callback token is none of this server.');
  const [, namespaceId, workflowId, runId, scheduledEventId, requestId] = parts;
  return { key: { namespaceId, workflowId, runId }, scheduledEventId, requestId };
}

type Packed = readonly [1, string, string, string, number, string];

function isPacked(parts: unknown): parts is Packed {
  if (!Array.isArray(parts) || parts.length !== 6 || parts[0] !== 1 || typeof parts[4] !== 'number') return false;
  return [parts[1], parts[2], parts[3], parts[5]].every((part) => typeof part === 'string');
}
