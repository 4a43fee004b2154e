import type { ShardJournal as CommitterJournal } from '../committer/index.js';
import type { Materialisation, Store } from '../store/index.js';
import type { ShardJournal } from './ports.js';

/** Joins the committer's journal of a shard and the store's tables into what a shard needs of durability. */
export class DurableShardJournal implements ShardJournal {
  position: number;

  constructor(
    private readonly journal: CommitterJournal,
    private readonly store: Store,
    lastPosition: number,
  ) {
    this.position = lastPosition;
  }

  append(transition: Uint8Array): void {
    this.position = this.journal.enqueue(transition);
  }

  whenDurable(callback: (error: Error | undefined) => void): void {
    this.journal.afterCommit(callback);
  }

  async materialise(changes: Omit<Materialisation, 'shardId' | 'epoch'>): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.journal.afterCommit((error) => (error === undefined ? resolve() : reject(error)));
    });
    const { shardId, epoch } = this.journal;
    await this.store.materialise([{ ...changes, shardId, epoch }]);
  }
}
