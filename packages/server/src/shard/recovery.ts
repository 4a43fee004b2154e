import { decodeJournalRecord, decodeSnapshot, evolve, type JournalRecord } from '@perdure/engine';
import type { Store } from '../store/index.js';
import { runKey, workflowKey } from './execution-cache.js';
import { LiveExecution } from './live-execution.js';

/**
 * Rebuilds the runs whose newest transitions are only in the journal: the stored snapshot, if there is one, and the
 * journal's transitions after it. Transitions that the snapshot already holds are passed over by their sequence.
 */
export async function recoverExecutions(store: Store, shardId: number): Promise<LiveExecution[]> {
  const lives = new Map<string, LiveExecution>();
  const current = new Map<string, LiveExecution>();
  for await (const row of store.readJournal(shardId, 0)) {
    for (const bytes of row.transitions) {
      const record = decodeJournalRecord(bytes);
      const key = runKey(record.key);
      let live = lives.get(key);
      if (live === undefined) {
        live = await load(store, record);
        lives.set(key, live);
        makeCurrent(current, live, record.sequence === 1 && live.state.sequence === 0);
      }
      if (record.sequence <= live.state.sequence) continue;
      if (record.sequence !== live.state.sequence + 1) {
        throw new Error(
          `The journal of shard ${shardId} misses transitions of run ${record.key.runId}: ${live.state.sequence} is followed by ${record.sequence}. ` +
            'The file is damaged; restore it from a backup.',
        );
      }
      live.replay(record.facts);
    }
  }
  return [...lives.values()];
}

/** The stored run, or the empty beginning of a new one; the first record then brings its state. */
async function load(store: Store, record: JournalRecord): Promise<LiveExecution> {
  const { namespaceId, workflowId, runId } = record.key;
  const row = await store.loadExecution(namespaceId, workflowId, runId);
  if (row !== undefined) {
    const state = decodeSnapshot(row.snapshot);
    return new LiveExecution(state, { storedThroughEventId: state.nextEventId - 1, isCurrent: row.isCurrent, durable: true });
  }
  const created = record.facts[0];
  if (record.sequence !== 1 || created?.kind !== 'created') {
    throw new Error(`The journal begins in the middle of run ${runId} of workflow ${workflowId}, which the tables do not hold. The file is damaged; restore it from a backup.`);
  }
  const live = new LiveExecution(evolve(undefined, [created]), { storedThroughEventId: 0, isCurrent: true, durable: true });
  live.state = { ...live.state, sequence: 0 };
  return live;
}

/** Of the runs of one workflow id, a new one is current; one from the tables only if no newer run is in the journal. */
function makeCurrent(current: Map<string, LiveExecution>, live: LiveExecution, isNew: boolean): void {
  if (!live.isCurrent) return;
  const key = workflowKey(live.state.key);
  const other = current.get(key);
  if (other !== undefined && !isNew) {
    live.isCurrent = false;
    return;
  }
  if (other !== undefined) other.isCurrent = false;
  current.set(key, live);
}
