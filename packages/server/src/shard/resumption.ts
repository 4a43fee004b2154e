import { decodeSnapshot, pendingEffects, type Effect } from '@perdure/engine';
import type { ExecutionRow, PageCursor } from '../store/index.js';
import type { ExecutionCache } from './execution-cache.js';
import { LiveExecution } from './live-execution.js';
import type { ShardDependencies } from './ports.js';

const PAGE = 500;
const RETRY_MS = 1000;

/** What a shard does with a run that owes something. */
export interface Resumption {
  /** Takes up everything that the run owes. */
  resume(live: LiveExecution): void;
  /** Offers its tasks; the run may be a copy that is not in memory. */
  offerTasks(live: LiveExecution, effects: readonly Effect[]): void;
  /** It has failed or was stopped. */
  isUseless(): boolean;
}

type Dependencies = Pick<ShardDependencies, 'store' | 'shardId' | 'clock' | 'log'>;

/**
 * Takes up what the runs of a shard owed when it was last closed, page by page, while the shard is already at work.
 * What has been taken up before is offered twice then, which does no harm. Resolves when all has been taken up.
 */
export async function resumeExecutions(
  dependencies: Dependencies,
  cache: ExecutionCache,
  shard: Resumption,
): Promise<void> {
  const { store, shardId, clock, log } = dependencies;
  let cursor: PageCursor | undefined;
  while (!shard.isUseless()) {
    try {
      const page = await store.attentionExecutions(shardId, cursor, PAGE);
      for (const row of page.rows) if (!shard.isUseless()) await resumeRow(dependencies, row, cache, shard);
      if (page.cursor === undefined) return;
      ({ cursor } = page);
    } catch (error) {
      if (shard.isUseless()) return;
      log.error('Cannot read which executions have tasks to hand out; trying again in a second', { shardId, error });
      await new Promise<void>((resolve) => clock.callAt(clock.nowMs() + RETRY_MS, resolve));
    }
  }
}

/**
 * Most runs only wait for a worker: their tasks need no place in memory, and there may be a great many of them. A row
 * may be outdated by now; an outdated task is passed over when it is taken.
 */
async function resumeRow(
  { log }: Dependencies,
  row: ExecutionRow,
  cache: ExecutionCache,
  shard: Resumption,
): Promise<void> {
  const { namespaceId, workflowId, runId } = row;
  const present = cache.peek(row);
  if (present !== undefined) {
    shard.resume(present);
    return;
  }
  let copy: LiveExecution;
  let effects: Effect[];
  try {
    const state = decodeSnapshot(row.snapshot);
    effects = pendingEffects(state);
    copy = new LiveExecution(state, {
      storedThroughEventId: 0,
      isCurrent: false,
      durable: true,
      journalledThrough: 0,
      snapshotSizeBytes: 0,
    });
  } catch (error) {
    log.error('A stored execution cannot be read; its tasks are not handed out', {
      namespaceId,
      workflowId,
      runId,
      error,
    });
    return;
  }
  if (copy.state.deleted) shard.resume(cache.admit(row));
  else if (effects.every(({ kind }) => kind === 'workflowTask' || kind === 'activityTask'))
    shard.offerTasks(copy, effects);
  else {
    const live = await cache.load({ namespaceId, workflowId, runId });
    if (live !== undefined && !shard.isUseless()) shard.resume(live);
  }
}
