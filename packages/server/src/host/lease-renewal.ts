import type { Clock, ClockTimer } from '../clock.js';
import type { Logger } from '../observability/index.js';
import type { Shard } from '../shard/index.js';
import { ShardFencedError, type Store } from '../store/index.js';

/** How long a shard is taken for, and again with each renewal. */
export const LEASE_MS = 60_000;
/** Two renewals may fail before a lease runs out. */
const RENEWAL_INTERVAL_MS = LEASE_MS / 3;

/** What renewing works with. */
interface LeaseRenewalPorts {
  readonly store: Pick<Store, 'renewShard'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly nodeId: string;
  /** The shards that this node has open. */
  readonly shards: () => readonly Shard[];
}

/** Renews the leases of open shards. A shard whose lease somebody else has taken decides nothing more. */
export class LeaseRenewal {
  private timer: ClockTimer | undefined;
  private stopped = false;

  constructor(private readonly ports: LeaseRenewalPorts) {}

  start(): void {
    const { clock } = this.ports;
    this.timer = clock.callAt(clock.nowMs() + RENEWAL_INTERVAL_MS, () => {
      void this.renewAll().then(() => {
        if (!this.stopped) this.start();
      });
    });
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
  }

  private async renewAll(): Promise<void> {
    await Promise.all(this.ports.shards().map((shard) => this.renew(shard)));
  }

  private async renew(shard: Shard): Promise<void> {
    const { store, clock, log, nodeId } = this.ports;
    const { shardId, epoch } = shard.dependencies;
    try {
      await store.renewShard({ shardId, epoch, ownerId: nodeId, leaseUntilMs: clock.nowMs() + LEASE_MS });
    } catch (error) {
      if (this.stopped || shard.isUseless) return;
      if (error instanceof ShardFencedError) shard.lose(error);
      else log.warn('A lease could not be renewed; it is tried again before it runs out', { shardId, error });
    }
  }
}
