import { groupFrameSize, splitGroup, writeGroupFrame } from '../framing/journal-group.js';
import { maximumJournalPosition } from '../rows.js';
import type { JournalGroup, JournalRow } from '../rows.js';
import type { SqlDatabase } from './driver.js';
import type { FlatReader, FlatWriter } from './wire/flat.js';

/** Rows returned to recovery in one message stop after this size. */
const readBatchBytes = 1024 * 1024;

/** Keys of one shard are consecutive; the largest fits a double exactly while there are at most 8,192 shards. */
export function journalKey(shardId: number, position: number): number {
  return shardId * (maximumJournalPosition + 1) + position;
}

/** One group as the writer thread gets it. */
export interface FramedGroup {
  readonly shardId: number;
  readonly epoch: number;
  readonly position: number;
  readonly frame: Uint8Array;
}

/** Journal rows by shard and position. */
export class JournalTable {
  readonly #append;
  readonly #remove;
  readonly #read;

  constructor(database: SqlDatabase) {
    this.#append = database.prepare('INSERT INTO journal (journal_key, frame) VALUES (?, ?)');
    this.#remove = database.prepare('DELETE FROM journal WHERE journal_key BETWEEN ? AND ?');
    this.#read = database.prepare(
      'SELECT journal_key, frame FROM journal WHERE journal_key BETWEEN ? AND ? ORDER BY journal_key',
    );
  }

  append({ shardId, position, frame }: FramedGroup): void {
    this.#append.run(journalKey(shardId, position), frame);
  }

  removeThrough(shardId: number, position: number): void {
    this.#remove.run(journalKey(shardId, 0), journalKey(shardId, position));
  }

  /** Writes a bounded batch of the rows after a position; `readJournalRows` reads it. */
  readAfter(shardId: number, position: number, reply: FlatWriter): void {
    const end = journalKey(shardId + 1, 0) - 1;
    let sizeBytes = 0;
    for (const row of this.#read.iterate(journalKey(shardId, position + 1), end)) {
      const frame = row.frame as Uint8Array;
      reply.put((row.journal_key as number) - journalKey(shardId, 0)).blob(frame);
      sizeBytes += frame.byteLength;
      if (sizeBytes >= readBatchBytes) break;
    }
    reply.put(null);
  }
}

/** Writes groups into a message. The transitions are read when the message is finished, in the same turn. */
export function writeGroups(writer: FlatWriter, groups: readonly JournalGroup[]): void {
  writer.put(groups.length);
  for (const { shardId, epoch, position, transitions } of groups) {
    writer.put(shardId).put(epoch).put(position);
    writer.blobOf(groupFrameSize(transitions), (target, offset) => writeGroupFrame(transitions, target, offset));
  }
}

/** Reads what `writeGroups` wrote. */
export function readGroups(reader: FlatReader): FramedGroup[] {
  return Array.from({ length: reader.number() }, () => ({
    shardId: reader.number(),
    epoch: reader.number(),
    position: reader.number(),
    frame: reader.blob(),
  }));
}

/** Reads the batch that `readAfter` wrote. */
export function readJournalRows(reader: FlatReader): JournalRow[] {
  const rows: JournalRow[] = [];
  for (let position = reader.optionalNumber(); position !== undefined; position = reader.optionalNumber()) {
    rows.push({ position, transitions: splitGroup(reader.blob()) });
  }
  return rows;
}
