import { describe, expect, it } from 'vitest';
import { bytes, commitTexts, executionRow, journalTexts } from '../contract/testing/rows.js';
import { StoreFailedError } from '../errors.js';
import { openStore } from '../open-store.js';
import type { Store } from '../store.js';
import { MemoryDisk } from './disk.js';
import type { MemoryFaults } from './faults.js';

function open(disk: MemoryDisk, faults?: MemoryFaults): Promise<Store> {
  return openStore({ kind: 'memory', clusterId: 'cluster', disk, faults });
}

const owner = { shardId: 0, ownerId: 'test', leaseUntilMs: 0 };

describe('a simulated disk', () => {
  it('fails the store when told to, and keeps what was acknowledged', async () => {
    const disk = new MemoryDisk();
    let isFull = false;
    const store = await open(disk, {
      beforeWrite: () => {
        if (isFull) throw new Error('disk full');
      },
    });
    const shard = await store.acquireShard(owner);
    await commitTexts(store, shard, 1, 'a');
    isFull = true;
    await expect(commitTexts(store, shard, 2, 'b')).rejects.toThrow(StoreFailedError);
    isFull = false;
    await expect(commitTexts(store, shard, 3, 'c')).rejects.toThrow(StoreFailedError);
    await expect(journalTexts(store)).rejects.toThrow(StoreFailedError);
    await store.close();
    expect(await journalTexts(await open(disk))).toEqual(['1: a']);
  });

  it('delays a write and everything behind it', async () => {
    let release: (() => void) | undefined;
    const faults: MemoryFaults = {
      beforeWrite: (operation) => (operation === 'commit' ? new Promise((resolve) => (release = resolve)) : undefined),
    };
    const store = await open(new MemoryDisk(), faults);
    const shard = await store.acquireShard(owner);
    const order: string[] = [];
    const commit = commitTexts(store, shard, 1, 'a').then(() => order.push('commit'));
    const materialise = store.materialise([{ ...shard, throughPosition: 1 }]).then(() => order.push('materialise'));
    expect(await journalTexts(store)).toEqual([]);
    release?.();
    await Promise.all([commit, materialise]);
    expect(order).toEqual(['commit', 'materialise']);
  });

  it('forgets what was not synced when power is lost: materialisations, never commits', async () => {
    const disk = new MemoryDisk({ powerCuts: true });
    const store = await open(disk);
    const shard = await store.acquireShard(owner);
    await commitTexts(store, shard, 1, 'a');
    await store.materialise([{ ...shard, throughPosition: 1, executions: [executionRow({ snapshot: bytes('one') })] }]);
    await commitTexts(store, shard, 2, 'b');
    await store.materialise([{ ...shard, throughPosition: 2, executions: [executionRow({ snapshot: bytes('two') })] }]);
    disk.losePower();
    const recovered = await open(disk);
    expect(await journalTexts(recovered)).toEqual(['2: b']);
    expect(await recovered.loadExecution('namespace', 'workflow', undefined)).toMatchObject({ snapshot: bytes('one') });
    expect(await recovered.acquireShard(owner)).toMatchObject({ epoch: 2, lastPosition: 2 });
  });
});
