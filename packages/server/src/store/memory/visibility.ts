import { compareStrings, matches } from '@perdure/engine/visibility';
import type { ListedExecution, Page, RunKey, VisibilityRow } from '../rows.js';
import type { CountVisibilityRequest, ListVisibilityRequest, VisibilityCount } from '../store.js';
import { runKey } from './keys.js';

/** What List and Count see, by namespace. */
export class VisibilityTable {
  readonly #namespaces: Map<string, ReadonlyMap<string, VisibilityRow>>;

  constructor(namespaces: Iterable<readonly [string, ReadonlyMap<string, VisibilityRow>]> = []) {
    this.#namespaces = new Map([...namespaces].map(([id, rows]) => [id, new Map(rows)]));
  }

  clone(): VisibilityTable {
    return new VisibilityTable(this.#namespaces);
  }

  upsert(row: VisibilityRow): void {
    const copy = { ...row, memo: row.memo.slice(), encodedSearchAttributes: row.encodedSearchAttributes.slice() };
    this.#ofNamespace(row.namespaceId).set(runKey(row), copy);
  }

  delete(run: RunKey): void {
    this.#ofNamespace(run.namespaceId).delete(runKey(run));
  }

  list({ namespaceId, where, pageSize, cursor }: ListVisibilityRequest): Page<ListedExecution> {
    const after = cursor as SortKey | undefined;
    const found: { readonly key: SortKey; readonly row: VisibilityRow }[] = [];
    for (const row of this.#ofNamespace(namespaceId).values()) {
      const key = sortKey(row);
      if ((after === undefined || compareKeys(after, key) < 0) && matches(where, row)) found.push({ key, row });
    }
    found.sort((left, right) => compareKeys(left.key, right.key));
    const page = found.slice(0, pageSize);
    return { rows: page.map(({ row }) => listed(row)), cursor: found.length > pageSize ? page.at(-1)?.key : undefined };
  }

  count({ namespaceId, where, groupBy }: CountVisibilityRequest): VisibilityCount {
    const countsByStatus = new Map<number, number>();
    let count = 0;
    for (const row of this.#ofNamespace(namespaceId).values()) {
      if (!matches(where, row)) continue;
      count++;
      countsByStatus.set(row.status, (countsByStatus.get(row.status) ?? 0) + 1);
    }
    if (groupBy === undefined) return { count, groups: [] };
    const groups = [...countsByStatus].sort(([left], [right]) => left - right);
    return { count, groups: groups.map(([status, statusCount]) => ({ status, count: statusCount })) };
  }

  #ofNamespace(namespaceId: string): Map<string, VisibilityRow> {
    const rows = (this.#namespaces.get(namespaceId) ?? new Map()) as Map<string, VisibilityRow>;
    this.#namespaces.set(namespaceId, rows);
    return rows;
  }
}

/** Descending by all four. */
type SortKey = readonly [closeTimeMs: number, startTimeMs: number, runId: string, workflowId: string];

function sortKey(row: VisibilityRow): SortKey {
  return [row.closeTimeMs ?? Number.MAX_SAFE_INTEGER, row.startTimeMs, row.runId, row.workflowId];
}

function compareKeys(left: SortKey, right: SortKey): number {
  return (
    right[0] - left[0] || right[1] - left[1] || compareStrings(right[2], left[2]) || compareStrings(right[3], left[3])
  );
}

function listed(row: VisibilityRow): ListedExecution {
  const { searchAttributes: _, ...rest } = row;
  return rest;
}
