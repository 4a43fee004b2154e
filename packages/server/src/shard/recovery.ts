import { decodeJournalRecord, decodeSnapshot, evolve, type JournalRecord } from '@perdure/engine';
import type { Store } from '../store/index.js';
import { runKey, workflowKey } from './execution-cache.js';
import { LiveExecution } from './live-execution.js';

/**
 * Rebuilds the runs whose newest transitions are only in the journal: the stored snapshot, if there is one, and the
 * journal's transitions after it. Transitions that the snapshot already holds are passed over by their sequence.
 */
export async function recoverExecutions(
  store: Pick<Store, 'readJournal' | 'loadExecution'>,
  shardId: number,
): Promise<LiveExecution[]> {
  const lives = new Map<string, LiveExecution>();
  /** The run of a workflow id that was opened last, as far as the journal knows: it is the current one. */
  const opened = new Map<string, LiveExecution>();
  for await (const row of store.readJournal(shardId, 0)) {
    for (const bytes of row.transitions) {
      const record = decodeJournalRecord(bytes);
      const key = runKey(record.key);
      let live = lives.get(key);
      if (live === undefined) {
        live = await load(store, record);
        lives.set(key, live);
      }
      if (record.sequence === 1) opened.set(workflowKey(record.key), live);
      if (record.sequence <= live.state.sequence) continue;
      if (record.sequence !== live.state.sequence + 1) throw gapInJournal(shardId, record, live.state.sequence);
      live.replay(record.facts);
    }
  }
  for (const live of lives.values()) {
    const newest = opened.get(workflowKey(live.state.key));
    if (newest !== undefined) live.isCurrent = newest === live;
  }
  return [...lives.values()];
}

function gapInJournal(shardId: number, record: JournalRecord, before: number): Error {
  return new Error(
    `The journal of shard ${shardId} misses transitions of run ${record.key.runId}: ${before} is followed by ` +
      `${record.sequence}. The file is damaged; restore it from a backup.`,
  );
}

/** The stored run, or the empty beginning of a new one; the first record then brings its state. */
async function load(store: Pick<Store, 'loadExecution'>, record: JournalRecord): Promise<LiveExecution> {
  const { namespaceId, workflowId, runId } = record.key;
  const row = await store.loadExecution(namespaceId, workflowId, runId);
  if (row !== undefined) {
    const state = decodeSnapshot(row.snapshot);
    return new LiveExecution(state, {
      storedThroughEventId: state.nextEventId - 1,
      isCurrent: row.isCurrent,
      durable: true,
      // All that is in the journal goes with the first round, before anything else is written.
      journalledThrough: 0,
      snapshotSizeBytes: row.snapshot.length,
    });
  }
  const created = record.facts[0];
  if (record.sequence !== 1 || created?.kind !== 'created') {
    throw new Error(
      `The journal begins in the middle of run ${runId} of workflow ${workflowId}, which the tables do not hold. ` +
        'The file is damaged; restore it from a backup.',
    );
  }
  const nothing = {
    storedThroughEventId: 0,
    isCurrent: true,
    durable: true,
    journalledThrough: 0,
    snapshotSizeBytes: 0,
  };
  const live = new LiveExecution(evolve(undefined, [created]), nothing);
  live.state = { ...live.state, sequence: 0 };
  return live;
}
