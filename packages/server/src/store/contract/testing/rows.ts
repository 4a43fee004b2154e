import type {
  AcquiredShard,
  ExecutionRow,
  HistoryAppend,
  JournalRow,
  RecordKey,
  RecordKind,
  RunKey,
  VisibilityRow,
} from '../../rows.js';
import type { Store } from '../../store.js';

/** Bytes of a text. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Text of bytes. */
export function text(value: Uint8Array): string {
  return new TextDecoder().decode(value);
}

/** The key of a run; every part has a default. */
export function runKey(workflowId = 'workflow', runId = 'run', namespaceId = 'namespace'): RunKey {
  return { namespaceId, workflowId, runId };
}

/** The key of a record; every part but the id has a default. */
export function recordKey(id: string, namespaceId = 'namespace', kind: RecordKind = 'schedule'): RecordKey {
  return { namespaceId, kind, id };
}

/** A current, open execution, with changes. */
export function executionRow(changes: Partial<ExecutionRow> = {}): ExecutionRow {
  return {
    ...runKey(),
    sequence: 1,
    snapshot: bytes('snapshot'),
    open: true,
    isCurrent: true,
    nextDueMs: undefined,
    needsAttention: false,
    ...changes,
  };
}

/** A running execution as List sees it, with changes. */
export function visibilityRow(changes: Partial<VisibilityRow> = {}): VisibilityRow {
  return {
    ...runKey(),
    workflowType: 'order',
    taskQueue: 'orders',
    status: 1,
    startTimeMs: 1_000,
    executionTimeMs: 1_000,
    searchAttributes: {},
    memo: new Uint8Array(),
    encodedSearchAttributes: new Uint8Array(),
    ...changes,
  };
}

/** The entry of one event: its bytes are the text "event N", padded. */
export function eventEntry(eventId: number, paddingBytes = 0): Uint8Array {
  const event = bytes(`event ${eventId}${'.'.repeat(paddingBytes)}`);
  const length =
    event.byteLength < 128 ? [event.byteLength] : [(event.byteLength & 0x7f) | 0x80, event.byteLength >>> 7];
  return Uint8Array.from([0x0a, ...length, ...event]);
}

/** A stretch of events made by `eventEntry`. */
export function historyAppend(firstEventId: number, lastEventId: number, run = runKey(), padding = 0): HistoryAppend {
  const entries: number[] = [];
  for (let eventId = firstEventId; eventId <= lastEventId; eventId++) entries.push(...eventEntry(eventId, padding));
  return { ...run, firstEventId, lastEventId, bytes: Uint8Array.from(entries) };
}

/** The event ids in a page of entries made by `eventEntry`. */
export function eventIdsOf(chunks: readonly Uint8Array[]): number[] {
  const joined = chunks.map(text).join('');
  return [...joined.matchAll(/event (\d+)/g)].map((match) => Number(match[1]));
}

/** Commits one group of texts. */
export function commitTexts(store: Store, shard: AcquiredShard, position: number, ...texts: string[]): Promise<void> {
  return store.commit([{ shardId: shard.shardId, epoch: shard.epoch, position, transitions: texts.map(bytes) }]);
}

/** The journal of a shard as `position: transition, transition`. */
export async function journalTexts(store: Store, shardId = 0, afterPosition = 0): Promise<string[]> {
  const lines: string[] = [];
  for await (const row of store.readJournal(shardId, afterPosition)) lines.push(lineOf(row));
  return lines;
}

function lineOf({ position, transitions }: JournalRow): string {
  return `${position}: ${transitions.map(text).join(', ')}`;
}
