import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../open-store.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perdure-checkpoints-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('checkpoints', () => {
  it('fold the log back into the file while the store is in use, and let the log start over', async () => {
    const path = join(folder, 'test.sqlite');
    const store = await openStore({ kind: 'sqlite', path, clusterId: 'cluster' });
    const shard = await store.acquireShard({ shardId: 0, ownerId: 'test', leaseUntilMs: 0 });
    const transition = new Uint8Array(1_000_000);
    let position = 0;
    const commitMegabytes = async (count: number): Promise<void> => {
      for (const end = position + count; position < end;) {
        await store.commit([{ ...shard, position: ++position, transitions: [transition] }]);
      }
    };
    expect(statSync(path).size).toBeLessThan(1_000_000);
    await commitMegabytes(20);
    await expect.poll(() => statSync(path).size, { timeout: 5_000 }).toBeGreaterThan(10_000_000);
    await commitMegabytes(40);
    expect(statSync(`${path}-wal`).size).toBeLessThan(50_000_000);
    await store.close();
  });
});
