import type { DueExecution, ExecutionRow, Page, PageCursor, RunKey, RunSummary, WorkflowKey } from '../rows.js';
import type { SqlDatabase, SqlRow } from './driver.js';
import { bytesOf } from './wire/columns.js';
import { readPageEnd, writePageEnd } from './wire/cursor.js';
import type { FlatReader, FlatWriter } from './wire/flat.js';
import { readRunKey, writeRunKey } from './wire/run-key.js';

const columns =
  'ordinal, namespace_id, workflow_id, run_id, sequence, open, is_current, next_due_ms, needs_attention, snapshot';

/** Live states of runs. */
export class ExecutionsTable {
  readonly #upsert;
  readonly #clearCurrent;
  readonly #delete;
  readonly #load;
  readonly #loadCurrent;
  readonly #listRuns;
  readonly #due;
  readonly #attention;
  readonly #workflowIds;

  constructor(database: SqlDatabase) {
    this.#upsert = database.prepare(`
      INSERT INTO executions (namespace_id, workflow_id, run_id, shard_id, sequence, open, is_current, next_due_ms,
        needs_attention, snapshot) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
      ON CONFLICT (namespace_id, workflow_id, run_id) DO UPDATE SET shard_id = ?4, sequence = ?5, open = ?6,
        is_current = ?7, next_due_ms = ?8, needs_attention = ?9, snapshot = ?10`);
    this.#clearCurrent = database.prepare(`
      UPDATE executions SET is_current = 0
      WHERE namespace_id = ? AND workflow_id = ? AND is_current = 1 AND run_id <> ?`);
    this.#delete = database.prepare('DELETE FROM executions WHERE namespace_id = ? AND workflow_id = ? AND run_id = ?');
    this.#load = database.prepare(
      `SELECT ${columns} FROM executions WHERE namespace_id = ? AND workflow_id = ? AND run_id = ?`,
    );
    this.#loadCurrent = database.prepare(
      `SELECT ${columns} FROM executions WHERE namespace_id = ? AND workflow_id = ? AND is_current = 1`,
    );
    this.#listRuns = database.prepare(`
      SELECT run_id, open, is_current, sequence FROM executions
      WHERE namespace_id = ? AND workflow_id = ? ORDER BY run_id`);
    this.#due = database.prepare(`
      SELECT ordinal, namespace_id, workflow_id, run_id, next_due_ms FROM executions
      WHERE shard_id = ? AND next_due_ms < ? AND next_due_ms IS NOT NULL AND (next_due_ms, ordinal) > (?, ?)
      ORDER BY next_due_ms, ordinal LIMIT ?`);
    this.#attention = database.prepare(`
      SELECT ${columns} FROM executions WHERE shard_id = ? AND needs_attention = 1 AND ordinal > ?
      ORDER BY ordinal LIMIT ?`);
    // Answered from the unique index alone.
    this.#workflowIds = database.prepare(`
      SELECT DISTINCT namespace_id, workflow_id FROM executions WHERE (namespace_id, workflow_id) > (?, ?)
      ORDER BY namespace_id, workflow_id LIMIT ?`);
  }

  /** Takes one row as `writeExecution` wrote it. */
  upsert(shardId: number, row: FlatReader): void {
    const { namespaceId, workflowId, runId } = readRunKey(row);
    const sequence = row.number();
    const open = row.value();
    const isCurrent = row.value();
    const nextDueMs = row.value();
    const needsAttention = row.value();
    const snapshot = row.blob();
    if (isCurrent === 1) this.#clearCurrent.run(namespaceId, workflowId, runId);
    this.#upsert.run(
      namespaceId,
      workflowId,
      runId,
      shardId,
      sequence,
      open,
      isCurrent,
      nextDueMs,
      needsAttention,
      snapshot,
    );
  }

  delete({ namespaceId, workflowId, runId }: RunKey): void {
    this.#delete.run(namespaceId, workflowId, runId);
  }

  load(namespaceId: string, workflowId: string, runId: string | undefined, reply: FlatWriter): void {
    const row =
      runId === undefined
        ? this.#loadCurrent.get(namespaceId, workflowId)
        : this.#load.get(namespaceId, workflowId, runId);
    reply.put(row !== undefined);
    if (row !== undefined) writeStoredExecution(reply, row);
  }

  listRuns(namespaceId: string, workflowId: string, reply: FlatWriter): void {
    const rows = this.#listRuns.all(namespaceId, workflowId);
    reply.put(rows.length);
    for (const { run_id: runId, open, is_current: isCurrent, sequence } of rows) {
      reply
        .put(runId as string)
        .put(open === 1)
        .put(isCurrent === 1)
        .put(sequence as number);
    }
  }

  due(shardId: number, beforeMs: number, cursor: PageCursor | undefined, limit: number, reply: FlatWriter): void {
    const [afterMs, afterOrdinal] = (cursor ?? [-Number.MAX_SAFE_INTEGER, 0]) as [number, number];
    const rows = this.#due.all(shardId, beforeMs, afterMs, afterOrdinal, limit + 1);
    const page = rows.slice(0, limit);
    reply.put(page.length);
    for (const row of page) {
      reply
        .put(row.namespace_id as string)
        .put(row.workflow_id as string)
        .put(row.run_id as string);
      reply.put(row.next_due_ms as number);
    }
    const last = rows.length > limit ? page.at(-1) : undefined;
    writePageEnd(reply, last && [last.next_due_ms as number, last.ordinal as number]);
  }

  attention(shardId: number, cursor: PageCursor | undefined, limit: number, reply: FlatWriter): void {
    const [afterOrdinal] = (cursor ?? [0]) as [number];
    const rows = this.#attention.all(shardId, afterOrdinal, limit + 1);
    const page = rows.slice(0, limit);
    reply.put(page.length);
    for (const row of page) writeStoredExecution(reply, row);
    const last = rows.length > limit ? page.at(-1) : undefined;
    writePageEnd(reply, last && [last.ordinal as number]);
  }

  workflowIds(cursor: PageCursor | undefined, limit: number, reply: FlatWriter): void {
    const [afterNamespaceId, afterWorkflowId] = (cursor ?? ['', '']) as [string, string];
    const rows = this.#workflowIds.all(afterNamespaceId, afterWorkflowId, limit + 1);
    const page = rows.slice(0, limit);
    reply.put(page.length);
    for (const row of page) reply.put(row.namespace_id as string).put(row.workflow_id as string);
    const last = rows.length > limit ? page.at(-1) : undefined;
    writePageEnd(reply, last && [last.namespace_id as string, last.workflow_id as string]);
  }
}

/** Writes one row into a message. */
export function writeExecution(writer: FlatWriter, row: ExecutionRow): void {
  writeRunKey(writer, row);
  writer
    .put(row.sequence)
    .put(row.open)
    .put(row.isCurrent)
    .put(row.nextDueMs)
    .put(row.needsAttention)
    .blob(row.snapshot);
}

/** Reads what `writeExecution` wrote. */
export function readExecution(reader: FlatReader): ExecutionRow {
  return {
    ...readRunKey(reader),
    sequence: reader.number(),
    open: reader.boolean(),
    isCurrent: reader.boolean(),
    nextDueMs: reader.optionalNumber(),
    needsAttention: reader.boolean(),
    // A copy, because a state kept in memory must not keep the buffer of a whole page of them.
    snapshot: reader.blob().slice(),
  };
}

/** Reads the reply of `listRuns`. */
export function readRunSummaries(reader: FlatReader): RunSummary[] {
  return Array.from({ length: reader.number() }, () => ({
    runId: reader.string(),
    open: reader.boolean(),
    isCurrent: reader.boolean(),
    sequence: reader.number(),
  }));
}

/** Reads the reply of `due`. */
export function readDuePage(reader: FlatReader): Page<DueExecution> {
  const rows = Array.from({ length: reader.number() }, () => ({
    ...readRunKey(reader),
    nextDueMs: reader.number(),
  }));
  return { rows, cursor: readPageEnd(reader) };
}

/** Reads the reply of `attention`. */
export function readAttentionPage(reader: FlatReader): Page<ExecutionRow> {
  const rows = Array.from({ length: reader.number() }, () => readExecution(reader));
  return { rows, cursor: readPageEnd(reader) };
}

/** Reads the reply of `workflowIds`. */
export function readWorkflowIdsPage(reader: FlatReader): Page<WorkflowKey> {
  const rows = Array.from({ length: reader.number() }, () => ({
    namespaceId: reader.string(),
    workflowId: reader.string(),
  }));
  return { rows, cursor: readPageEnd(reader) };
}

function writeStoredExecution(reply: FlatWriter, row: SqlRow): void {
  writeExecution(reply, {
    namespaceId: row.namespace_id as string,
    workflowId: row.workflow_id as string,
    runId: row.run_id as string,
    sequence: row.sequence as number,
    open: row.open === 1,
    isCurrent: row.is_current === 1,
    nextDueMs: (row.next_due_ms as number | null) ?? undefined,
    needsAttention: row.needs_attention === 1,
    snapshot: bytesOf(row.snapshot),
  });
}
