import type { AcquiredShard, ShardLease } from '../rows.js';
import type { SqlDatabase } from './driver.js';
import { journalKey } from './journal.js';
import type { FlatReader, FlatWriter } from './wire/flat.js';

/** Epoch and last position of every shard, kept by the only thread that can change them. */
interface ShardState {
  epoch: number;
  lastPosition: number;
}

/** Leases by shard. The checks of every commit are made against memory: this process holds the lock on the file. */
export class ShardsTable {
  readonly #database: SqlDatabase;
  readonly #states = new Map<number, ShardState>();
  readonly #acquire;
  readonly #renew;
  readonly #read;
  readonly #materialised;

  constructor(database: SqlDatabase) {
    this.#database = database;
    this.#acquire = database.prepare(`
      INSERT INTO shards (shard_id, epoch, owner_id, lease_until_ms, materialised_position) VALUES (?1, 1, ?2, ?3, 0)
      ON CONFLICT (shard_id) DO UPDATE SET epoch = epoch + 1, owner_id = ?2, lease_until_ms = ?3`);
    this.#renew = database.prepare('UPDATE shards SET owner_id = ?2, lease_until_ms = ?3 WHERE shard_id = ?1');
    this.#read = database.prepare('SELECT epoch, owner_id, lease_until_ms FROM shards WHERE shard_id = ?');
    this.#materialised = database.prepare(
      'UPDATE shards SET materialised_position = max(materialised_position, ?2) WHERE shard_id = ?1',
    );
  }

  acquire(shardId: number, ownerId: string, leaseUntilMs: number): AcquiredShard {
    this.#acquire.run(shardId, ownerId, leaseUntilMs);
    const state = this.#load(shardId);
    this.#states.set(shardId, state);
    return { shardId, ownerId, leaseUntilMs, ...state };
  }

  renew(lease: ShardLease): void {
    this.#renew.run(lease.shardId, lease.ownerId, lease.leaseUntilMs);
  }

  read(shardId: number): ShardLease | undefined {
    const row = this.#read.get(shardId);
    if (row === undefined) return undefined;
    const { epoch, owner_id: ownerId, lease_until_ms: leaseUntilMs } = row;
    return { shardId, epoch: epoch as number, ownerId: ownerId as string, leaseUntilMs: leaseUntilMs as number };
  }

  /** The current state, for checking and advancing. A shard that was never acquired has epoch zero. */
  state(shardId: number): ShardState {
    let state = this.#states.get(shardId);
    if (state === undefined) this.#states.set(shardId, (state = this.#load(shardId)));
    return state;
  }

  markMaterialised(shardId: number, position: number): void {
    this.#materialised.run(shardId, position);
  }

  #load(shardId: number): ShardState {
    const row = this.#database
      .prepare(
        `SELECT epoch, max(materialised_position, coalesce(
           (SELECT max(journal_key) - ?2 FROM journal WHERE journal_key BETWEEN ?2 AND ?3), 0)) AS last_position
         FROM shards WHERE shard_id = ?1`,
      )
      .get(shardId, journalKey(shardId, 0), journalKey(shardId + 1, 0) - 1);
    return { epoch: (row?.epoch ?? 0) as number, lastPosition: (row?.last_position ?? 0) as number };
  }
}

/** Writes a lease into a message. */
export function writeLease(writer: FlatWriter, { shardId, epoch, ownerId, leaseUntilMs }: ShardLease): void {
  writer.put(shardId).put(epoch).put(ownerId).put(leaseUntilMs);
}

/** Reads what `writeLease` wrote. */
export function readLease(reader: FlatReader): ShardLease {
  return {
    shardId: reader.number(),
    epoch: reader.number(),
    ownerId: reader.string(),
    leaseUntilMs: reader.number(),
  };
}
