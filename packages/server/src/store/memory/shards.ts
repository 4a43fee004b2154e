import type { ShardLease } from '../rows.js';
import type { AcquireShardRequest } from '../store.js';

/** Leases by shard. */
export class ShardsTable {
  readonly #leases: Map<number, ShardLease>;

  constructor(leases: Iterable<readonly [number, ShardLease]> = []) {
    this.#leases = new Map(leases);
  }

  clone(): ShardsTable {
    return new ShardsTable(this.#leases);
  }

  acquire({ shardId, ownerId, leaseUntilMs }: AcquireShardRequest): ShardLease {
    const lease = { shardId, epoch: this.epochOf(shardId) + 1, ownerId, leaseUntilMs };
    this.#leases.set(shardId, lease);
    return lease;
  }

  renew(lease: ShardLease): void {
    this.#leases.set(lease.shardId, { ...lease });
  }

  read(shardId: number): ShardLease | undefined {
    return this.#leases.get(shardId);
  }

  /** Zero for a shard that was never acquired. */
  epochOf(shardId: number): number {
    return this.#leases.get(shardId)?.epoch ?? 0;
  }
}
