import { indexedValue } from '@perdure/engine/visibility';
import type { IndexedValue, SearchAttributes, VisibilityCondition } from '@perdure/engine/visibility';
import type { ListedExecution, Page, PageCursor, RunKey, VisibilityRow } from '../rows.js';
import type { VisibilityCount } from '../store.js';
import type { SqlDatabase, SqlRow } from './driver.js';
import { searchAttributeKey, toSql } from './visibility-condition.js';
import { bytesOf } from './wire/columns.js';
import { readPageEnd, writePageEnd } from './wire/cursor.js';
import type { FlatReader, FlatWriter } from './wire/flat.js';
import { readRunKey, writeRunKey } from './wire/run-key.js';

/** Columns between the run key and the search attributes, in the order they are bound and sent. */
const plainColumns = [
  'workflow_type',
  'task_queue',
  'status',
  'start_time_ms',
  'execution_time_ms',
  'close_time_ms',
  'execution_duration_ms',
  'history_length',
  'history_size_bytes',
  'state_transition_count',
  'parent_workflow_id',
  'parent_run_id',
  'root_workflow_id',
  'root_run_id',
] as const;

const keyColumns = ['namespace_id', 'workflow_id', 'run_id'] as const;
const listedColumns = [...keyColumns, ...plainColumns, 'encoded_search_attributes', 'memo'];
const storedColumns = [...listedColumns, 'search_attributes', 'close_key'];

/** Sorts open executions before closed ones. */
const openCloseKey = Number.MAX_SAFE_INTEGER;

/** What List and Count see. */
export class VisibilityTable {
  readonly #database: SqlDatabase;
  readonly #upsert;
  readonly #delete;

  constructor(database: SqlDatabase) {
    this.#database = database;
    const updated = storedColumns.slice(keyColumns.length);
    this.#upsert = database.prepare(`
      INSERT INTO visibility (${storedColumns.join(', ')}) VALUES (${storedColumns.map(() => '?').join(', ')})
      ON CONFLICT DO UPDATE SET ${updated.map((column) => `${column} = excluded.${column}`).join(', ')}`);
    this.#delete = database.prepare('DELETE FROM visibility WHERE namespace_id = ? AND workflow_id = ? AND run_id = ?');
  }

  /** Takes one row as `writeVisibilityRow` wrote it. */
  upsert(row: FlatReader): void {
    const { namespaceId, workflowId, runId } = readRunKey(row);
    const plain = plainColumns.map(() => row.value());
    const encodedSearchAttributes = row.blob();
    const memo = row.blob();
    const searchAttributes = row.string();
    const closeKey = plain[plainColumns.indexOf('close_time_ms')] ?? openCloseKey;
    this.#upsert.run(
      namespaceId,
      workflowId,
      runId,
      ...plain,
      encodedSearchAttributes,
      memo,
      searchAttributes,
      closeKey,
    );
  }

  delete({ namespaceId, workflowId, runId }: RunKey): void {
    this.#delete.run(namespaceId, workflowId, runId);
  }

  list(
    namespaceId: string,
    where: VisibilityCondition | undefined,
    pageSize: number,
    cursor: PageCursor | undefined,
    reply: FlatWriter,
  ): void {
    const condition = where === undefined ? undefined : toSql(where);
    const rows = this.#database
      .prepare(
        `SELECT ${listedColumns.join(', ')}, close_key FROM visibility WHERE namespace_id = ?
         ${cursor === undefined ? '' : 'AND (close_key, start_time_ms, run_id, workflow_id) < (?, ?, ?, ?)'}
         ${condition === undefined ? '' : `AND (${condition.sql})`}
         ORDER BY close_key DESC, start_time_ms DESC, run_id DESC, workflow_id DESC LIMIT ?`,
      )
      .all(namespaceId, ...(cursor ?? []), ...(condition?.bindings ?? []), pageSize + 1);
    const page = rows.slice(0, pageSize);
    reply.put(page.length);
    for (const row of page) writeListed(reply, row);
    const last = rows.length > pageSize ? page.at(-1) : undefined;
    writePageEnd(reply, last && cursorAfter(last));
  }

  count(
    namespaceId: string,
    where: VisibilityCondition | undefined,
    groupBy: string | undefined,
    reply: FlatWriter,
  ): void {
    const condition = where === undefined ? undefined : toSql(where);
    const rows = this.#database
      .prepare(
        `SELECT status, count(*) AS executions FROM visibility WHERE namespace_id = ?
         ${condition === undefined ? '' : `AND (${condition.sql})`} GROUP BY status ORDER BY status`,
      )
      .all(namespaceId, ...(condition?.bindings ?? []));
    reply.put(rows.reduce((sum, row) => sum + (row.executions as number), 0));
    const groups = groupBy === undefined ? [] : rows;
    reply.put(groups.length);
    for (const row of groups) reply.put(row.status as number).put(row.executions as number);
  }
}

/** Writes one row into a message. */
export function writeVisibilityRow(writer: FlatWriter, row: VisibilityRow): void {
  writeRunKey(writer, row);
  writer.put(row.workflowType).put(row.taskQueue).put(row.status).put(row.startTimeMs).put(row.executionTimeMs);
  writer.put(row.closeTimeMs).put(row.executionDurationMs);
  writer.put(row.historyLength).put(row.historySizeBytes).put(row.stateTransitionCount);
  writer.put(row.parentWorkflowId).put(row.parentRunId).put(row.rootWorkflowId).put(row.rootRunId);
  writer.blob(row.encodedSearchAttributes).blob(row.memo).put(indexedJson(row.searchAttributes));
}

/** Reads the reply of `list`. */
export function readListPage(reader: FlatReader): Page<ListedExecution> {
  const rows = Array.from({ length: reader.number() }, () => readListed(reader));
  return { rows, cursor: readPageEnd(reader) };
}

/** Reads the reply of `count`. */
export function readCount(reader: FlatReader): VisibilityCount {
  const count = reader.number();
  const groups = Array.from({ length: reader.number() }, () => ({ status: reader.number(), count: reader.number() }));
  return { count, groups };
}

function cursorAfter(row: SqlRow): PageCursor {
  return [row.close_key, row.start_time_ms, row.run_id, row.workflow_id] as PageCursor;
}

function writeListed(reply: FlatWriter, row: SqlRow): void {
  for (const column of [...keyColumns, ...plainColumns]) reply.put(row[column] as string | number | null);
  reply.blob(bytesOf(row.encoded_search_attributes)).blob(bytesOf(row.memo));
}

function readListed(reader: FlatReader): ListedExecution {
  return {
    ...readRunKey(reader),
    workflowType: reader.string(),
    taskQueue: reader.string(),
    status: reader.number(),
    startTimeMs: reader.number(),
    executionTimeMs: reader.number(),
    closeTimeMs: reader.optionalNumber(),
    executionDurationMs: reader.optionalNumber(),
    historyLength: reader.optionalNumber(),
    historySizeBytes: reader.optionalNumber(),
    stateTransitionCount: reader.optionalNumber(),
    parentWorkflowId: reader.optionalString(),
    parentRunId: reader.optionalString(),
    rootWorkflowId: reader.optionalString(),
    rootRunId: reader.optionalString(),
    encodedSearchAttributes: reader.blob(),
    memo: reader.blob(),
  };
}

/** The JSON that conditions on search attributes look into. */
function indexedJson(searchAttributes: SearchAttributes): string {
  const indexed: Record<string, IndexedValue> = {};
  for (const [name, attribute] of Object.entries(searchAttributes)) {
    const value = indexedValue(attribute);
    if (value !== undefined) indexed[searchAttributeKey(attribute.type, name)] = value;
  }
  return JSON.stringify(indexed);
}
