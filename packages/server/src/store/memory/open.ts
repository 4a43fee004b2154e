import { StoreOpenError } from '../errors.js';
import { MemoryDisk } from './disk.js';
import type { MemoryFaults } from './faults.js';
import { MemoryStore } from './store.js';

/** How to open a store in memory. */
export interface MemoryStoreOptions {
  readonly kind: 'memory';
  /** Used when the disk is new. */
  readonly clusterId: string;
  /** Used when the disk is new; must match otherwise, when given. */
  readonly shardCount?: number | undefined;
  /** Give the same disk again to find the data of an earlier store on it. Default: a new one. */
  readonly disk?: MemoryDisk | undefined;
  readonly faults?: MemoryFaults | undefined;
}

/** Opens a store in memory. Throws `StoreOpenError` when the disk is in use or has another shard count. */
export async function openMemoryStore(options: MemoryStoreOptions): Promise<MemoryStore> {
  const disk = options.disk ?? new MemoryDisk();
  if (disk.inUse) {
    throw new StoreOpenError('in-use', `${disk.location} is in use by another server: stop it first.`);
  }
  disk.shardCount ??= options.shardCount ?? 1;
  disk.clusterId ??= options.clusterId;
  if (options.shardCount !== undefined && options.shardCount !== disk.shardCount) {
    throw new StoreOpenError(
      'shard-count-mismatch',
      `${disk.location} was created with ${disk.shardCount} shards, not ${options.shardCount}: leave the shard count out.`,
    );
  }
  disk.inUse = true;
  const { location, clusterId, shardCount } = disk;
  const identity = { kind: 'memory', location, clusterId, shardCount, schemaVersion: 0 } as const;
  return new MemoryStore(identity, disk, options.faults);
}
