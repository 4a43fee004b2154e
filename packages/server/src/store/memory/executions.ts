import { compareStrings } from '@perdure/engine/visibility';
import type { DueExecution, ExecutionRow, Page, PageCursor, RunKey, RunSummary, WorkflowKey } from '../rows.js';
import { workflowKey } from './keys.js';

interface StoredExecution {
  readonly shardId: number;
  /** Order of first insertion. */
  readonly ordinal: number;
  readonly row: ExecutionRow;
}

/** Live states of runs. */
export class ExecutionsTable {
  readonly #workflows: Map<string, ReadonlyMap<string, StoredExecution>>;
  #nextOrdinal: number;

  constructor(workflows: Iterable<readonly [string, ReadonlyMap<string, StoredExecution>]> = [], nextOrdinal = 1) {
    this.#workflows = new Map([...workflows].map(([key, runs]) => [key, new Map(runs)]));
    this.#nextOrdinal = nextOrdinal;
  }

  clone(): ExecutionsTable {
    return new ExecutionsTable(this.#workflows, this.#nextOrdinal);
  }

  upsert(shardId: number, row: ExecutionRow): void {
    const key = workflowKey(row);
    const runs = new Map(this.#workflows.get(key));
    if (row.isCurrent) {
      for (const [runId, other] of runs) runs.set(runId, { ...other, row: { ...other.row, isCurrent: false } });
    }
    const ordinal = runs.get(row.runId)?.ordinal ?? this.#nextOrdinal++;
    runs.set(row.runId, { shardId, ordinal, row: { ...row, snapshot: row.snapshot.slice() } });
    this.#workflows.set(key, runs);
  }

  delete(run: RunKey): void {
    const key = workflowKey(run);
    const runs = new Map(this.#workflows.get(key));
    runs.delete(run.runId);
    if (runs.size === 0) this.#workflows.delete(key);
    else this.#workflows.set(key, runs);
  }

  load(namespaceId: string, workflowId: string, runId: string | undefined): ExecutionRow | undefined {
    const runs = this.#workflows.get(workflowKey({ namespaceId, workflowId }));
    if (runs === undefined) return undefined;
    if (runId !== undefined) return runs.get(runId)?.row;
    for (const { row } of runs.values()) if (row.isCurrent) return row;
    return undefined;
  }

  listRuns(namespaceId: string, workflowId: string): RunSummary[] {
    const runs = this.#workflows.get(workflowKey({ namespaceId, workflowId }))?.values() ?? [];
    return [...runs]
      .map(({ row: { runId, open, isCurrent, sequence } }) => ({ runId, open, isCurrent, sequence }))
      .sort((left, right) => compareStrings(left.runId, right.runId));
  }

  due(shardId: number, beforeMs: number, cursor: PageCursor | undefined, limit: number): Page<DueExecution> {
    const [afterMs, afterOrdinal] = (cursor ?? [-Infinity, 0]) as [number, number];
    const due: { readonly ordinal: number; readonly row: DueExecution }[] = [];
    for (const { ordinal, row } of this.#ofShard(shardId)) {
      const { namespaceId, workflowId, runId, nextDueMs } = row;
      if (nextDueMs === undefined || nextDueMs >= beforeMs) continue;
      if (nextDueMs < afterMs || (nextDueMs === afterMs && ordinal <= afterOrdinal)) continue;
      due.push({ ordinal, row: { namespaceId, workflowId, runId, nextDueMs } });
    }
    due.sort((left, right) => left.row.nextDueMs - right.row.nextDueMs || left.ordinal - right.ordinal);
    const page = due.slice(0, limit);
    const last = due.length > limit ? page.at(-1) : undefined;
    return { rows: page.map(({ row }) => row), cursor: last && [last.row.nextDueMs, last.ordinal] };
  }

  attention(shardId: number, cursor: PageCursor | undefined, limit: number): Page<ExecutionRow> {
    const [afterOrdinal] = (cursor ?? [0]) as [number];
    const waiting: StoredExecution[] = [];
    for (const stored of this.#ofShard(shardId)) {
      if (stored.row.needsAttention && stored.ordinal > afterOrdinal) waiting.push(stored);
    }
    waiting.sort((left, right) => left.ordinal - right.ordinal);
    const page = waiting.slice(0, limit);
    const last = waiting.length > limit ? page.at(-1) : undefined;
    return { rows: page.map(({ row }) => row), cursor: last && [last.ordinal] };
  }

  workflowIds(cursor: PageCursor | undefined, limit: number): Page<WorkflowKey> {
    const after = cursor?.[0] ?? '';
    const keys = [...this.#workflows.keys()]
      .sort(compareStrings)
      .filter((key) => compareStrings(key, String(after)) > 0);
    const page = keys.slice(0, limit);
    const last = keys.length > limit ? page.at(-1) : undefined;
    const rows = page.flatMap((key) => [...(this.#workflows.get(key)?.values() ?? [])].slice(0, 1));
    return {
      rows: rows.map(({ row: { namespaceId, workflowId } }) => ({ namespaceId, workflowId })),
      cursor: last === undefined ? undefined : [last],
    };
  }

  *#ofShard(shardId: number): Iterable<StoredExecution> {
    for (const runs of this.#workflows.values()) {
      for (const stored of runs.values()) if (stored.shardId === shardId) yield stored;
    }
  }
}
