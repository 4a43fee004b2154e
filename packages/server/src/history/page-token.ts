import { decode, encode } from '../inlined/msgpack.js';
import { ServiceError } from '../api/index.js';

/** Where a reading of history goes on. */
export interface HistoryPageToken {
  readonly runId: string;
  readonly fromEventId: number;
  /** Last event of this reading; 0 if it goes on to whatever comes. */
  readonly toEventId: number;
  /** Encoded events that are not in history: those of the running transient or speculative workflow task. */
  readonly virtualEvents: readonly Uint8Array[];
}

/** The token as bytes, opaque to callers. */
export function encodeHistoryPageToken({ runId, fromEventId, toEventId, virtualEvents }: HistoryPageToken): Uint8Array {
  return encode([runId, fromEventId, toEventId, virtualEvents]);
}

/** Throws INVALID_ARGUMENT if the bytes are no token of this server. */
export function decodeHistoryPageToken(bytes: Uint8Array): HistoryPageToken {
  let parts: unknown;
  try {
    parts = decode(bytes);
  } catch {
    parts = undefined;
  }
  if (!isToken(parts))
    throw new ServiceError('INVALID_ARGUMENT', 'Invalid NextPageToken: it was not made by this server for a history.');
  const [runId, fromEventId, toEventId, virtualEvents] = parts;
  return { runId, fromEventId, toEventId, virtualEvents };
}

function isToken(parts: unknown): parts is [string, number, number, Uint8Array[]] {
  return (
    Array.isArray(parts) &&
    parts.length === 4 &&
    typeof parts[0] === 'string' &&
    isEventId(parts[1]) &&
    (parts[2] === 0 || isEventId(parts[2])) &&
    Array.isArray(parts[3]) &&
    parts[3].every((event) => event instanceof Uint8Array)
  );
}

function isEventId(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}
