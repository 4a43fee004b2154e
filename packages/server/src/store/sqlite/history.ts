import { collectHistory, truncateChunk } from '../framing/history-entries.js';
import type { HistoryChunk } from '../framing/history-entries.js';
import type { HistoryAppend, HistoryPage, HistoryRange, HistoryTruncation, RunKey } from '../rows.js';
import type { SqlDatabase, SqlRow } from './driver.js';
import type { FlatReader, FlatWriter } from './wire/flat.js';
import { readRunKey, writeRunKey } from './wire/run-key.js';

const ofRun = 'run_id = ?1 AND namespace_id = ?2 AND workflow_id = ?3';

/** History by run, one row per append. */
export class HistoryTable {
  readonly #append;
  readonly #straddling;
  readonly #replace;
  readonly #removeAfter;
  readonly #forward;
  readonly #backward;
  readonly #gaps;

  constructor(database: SqlDatabase) {
    this.#append = database.prepare(`
      INSERT INTO history (run_id, namespace_id, workflow_id, first_event_id, last_event_id, bytes)
      VALUES (?, ?, ?, ?, ?, ?)`);
    this.#straddling = database.prepare(`
      SELECT first_event_id, last_event_id, bytes FROM history
      WHERE ${ofRun} AND first_event_id <= ?4 AND last_event_id > ?4`);
    this.#replace = database.prepare(
      `UPDATE history SET last_event_id = ?5, bytes = ?6 WHERE ${ofRun} AND first_event_id = ?4`,
    );
    this.#removeAfter = database.prepare(`DELETE FROM history WHERE ${ofRun} AND first_event_id > ?4`);
    this.#forward = database.prepare(`
      SELECT first_event_id, last_event_id, bytes FROM history
      WHERE ${ofRun} AND first_event_id >= coalesce(
        (SELECT max(first_event_id) FROM history WHERE ${ofRun} AND first_event_id <= ?4), 0)
      ORDER BY first_event_id`);
    this.#backward = database.prepare(`
      SELECT first_event_id, last_event_id, bytes FROM history
      WHERE ${ofRun} AND first_event_id <= ?4 ORDER BY first_event_id DESC`);
    this.#gaps = database.prepare(`
      SELECT run_id, first_event_id FROM (
        SELECT run_id, first_event_id, lag(last_event_id, 1, 0) OVER (
          PARTITION BY run_id, namespace_id, workflow_id ORDER BY first_event_id) AS previous_event_id FROM history)
      WHERE first_event_id <> previous_event_id + 1 LIMIT 10`);
  }

  /** Takes one row as `writeHistoryAppend` wrote it. */
  append(row: FlatReader): void {
    const { namespaceId, workflowId, runId } = readRunKey(row);
    this.#append.run(runId, namespaceId, workflowId, row.number(), row.number(), row.blob());
  }

  truncate(run: RunKey, afterEventId: number): void {
    const key = [run.runId, run.namespaceId, run.workflowId] as const;
    const straddling = this.#straddling.get(...key, afterEventId);
    if (straddling !== undefined) {
      const kept = truncateChunk(chunkOf(straddling), afterEventId);
      if (kept !== undefined) this.#replace.run(...key, kept.firstEventId, kept.lastEventId, kept.bytes);
    }
    this.#removeAfter.run(...key, afterEventId);
  }

  delete(run: RunKey): void {
    this.#removeAfter.run(run.runId, run.namespaceId, run.workflowId, 0);
  }

  read(run: RunKey, range: HistoryRange, reply: FlatWriter): void {
    const key = [run.runId, run.namespaceId, run.workflowId] as const;
    const rows =
      range.reverse === true
        ? this.#backward.iterate(...key, range.fromEventId ?? Number.MAX_SAFE_INTEGER)
        : this.#forward.iterate(...key, range.fromEventId ?? 1);
    const page = collectHistory(chunksOf(rows), range);
    reply.put(page.eventCount).put(page.nextEventId).put(page.chunks.length);
    for (const chunk of page.chunks) reply.blob(chunk);
  }

  /** Runs whose events do not follow each other from the first on. */
  problems(): string[] {
    return this.#gaps
      .all()
      .map((row) => `history of run ${row.run_id}: a gap or overlap before event ${row.first_event_id}`);
  }
}

/** Writes one append into a message. */
export function writeHistoryAppend(writer: FlatWriter, append: HistoryAppend): void {
  writeRunKey(writer, append);
  writer.put(append.firstEventId).put(append.lastEventId).blob(append.bytes);
}

/** Writes one truncation into a message. */
export function writeHistoryTruncation(writer: FlatWriter, truncation: HistoryTruncation): void {
  writeRunKey(writer, truncation);
  writer.put(truncation.afterEventId);
}

/** Writes which events to read into a message. */
export function writeHistoryRange(writer: FlatWriter, range: HistoryRange): void {
  writer
    .put(range.fromEventId)
    .put(range.maxEvents)
    .put(range.maxBytes)
    .put(range.reverse === true);
}

/** Reads what `writeHistoryRange` wrote. */
export function readHistoryRange(reader: FlatReader): HistoryRange {
  const fromEventId = reader.optionalNumber();
  const maxEvents = reader.optionalNumber();
  const maxBytes = reader.optionalNumber();
  return { fromEventId, maxEvents, maxBytes, reverse: reader.boolean() };
}

/** Reads the reply of `read`. */
export function readHistoryPage(reader: FlatReader): HistoryPage {
  const eventCount = reader.number();
  const nextEventId = reader.optionalNumber();
  const chunks = Array.from({ length: reader.number() }, () => reader.blob());
  return { chunks, eventCount, nextEventId };
}

function* chunksOf(rows: Iterable<SqlRow>): Iterable<HistoryChunk> {
  for (const row of rows) yield chunkOf(row);
}

function chunkOf(row: SqlRow): HistoryChunk {
  return {
    firstEventId: row.first_event_id as number,
    lastEventId: row.last_event_id as number,
    bytes: row.bytes as Uint8Array,
  };
}
