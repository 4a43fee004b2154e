import type { ShardJournal as CommitterJournal } from '../committer/index.js';
import type { Store } from '../store/index.js';
import type { ShardJournal, TableChanges } from './ports.js';

/** Joins the committer's journal of a shard and the store's tables into what a shard needs of durability. */
export class DurableShardJournal implements ShardJournal {
  private position: number;

  constructor(
    private readonly journal: CommitterJournal,
    private readonly store: Pick<Store, 'materialise'>,
    lastPosition: number,
  ) {
    this.position = lastPosition;
  }

  append(transition: Uint8Array): number {
    this.position = this.journal.enqueue(transition);
    return this.position;
  }

  whenDurable(callback: (error: Error | undefined) => void): void {
    this.journal.afterCommit(callback);
  }

  /** The group that is still open takes whatever is decided before it is sent, so it does not count. */
  get sealedPosition(): number {
    return this.journal.waitingSinceMs === undefined ? this.position : this.position - 1;
  }

  async materialise(changes: TableChanges): Promise<void> {
    await this.journal.committed();
    const { shardId, epoch } = this.journal;
    await this.store.materialise([{ ...changes, shardId, epoch }]);
  }
}
