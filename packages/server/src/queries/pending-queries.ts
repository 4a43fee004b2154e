import type { query } from '@perdure/protocol';
import type { LiveExecution } from '../shard/index.js';

/** A query that waits for a workflow task of its run to carry it to a worker and back. */
export interface PendingQuery {
  readonly queryId: string;
  readonly query: query.IWorkflowQuery;
  /** Number of the workflow task it rides on; `undefined` while it waits for one. */
  workflowTaskNumber: number | undefined;
  readonly settle: (result: query.IWorkflowQueryResult | Error) => void;
}

const KEY = Symbol('queries');
const NONE: ReadonlyMap<string, PendingQuery> = new Map();

/** The queries that wait on a run in memory, in the order in which they came. */
export function pendingQueries(live: LiveExecution): ReadonlyMap<string, PendingQuery> {
  return (live.attachments?.get(KEY) as Map<string, PendingQuery> | undefined) ?? NONE;
}

/** Lets a query wait; the run stays in memory as long as it does. */
export function addPendingQuery(live: LiveExecution, pending: PendingQuery): void {
  live.attachments ??= new Map();
  let queries = live.attachments.get(KEY) as Map<string, PendingQuery> | undefined;
  if (queries === undefined) {
    queries = new Map();
    live.attachments.set(KEY, queries);
  }
  queries.set(pending.queryId, pending);
}

/** The query waits no more. */
export function removePendingQuery(live: LiveExecution, queryId: string): void {
  const queries = live.attachments?.get(KEY) as Map<string, PendingQuery> | undefined;
  queries?.delete(queryId);
  if (queries?.size === 0) live.attachments?.delete(KEY);
}
