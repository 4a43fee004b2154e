import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commitTexts, journalTexts } from '../contract/testing/rows.js';
import { StoreFailedError } from '../errors.js';
import { openStore } from '../open-store.js';
import type { Store } from '../store.js';
import { StoreHealth } from './health.js';
import { ThreadClient } from './thread-client.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perdure-failure-'));
  path = join(folder, 'test.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true }));

function open(maximumSizeBytes?: number): Promise<Store> {
  return openStore({ kind: 'sqlite', path, clusterId: 'cluster', maximumSizeBytes });
}

describe('a full disk', () => {
  it('fails the commit and everything after it, and loses nothing acknowledged', async () => {
    let store = await open(400_000);
    const shard = await store.acquireShard({ shardId: 0, ownerId: 'test', leaseUntilMs: 0 });
    const commits = Array.from({ length: 20 }, (_, index) => commitTexts(store, shard, index + 1, 'x'.repeat(50_000)));
    const outcomes = await Promise.allSettled(commits);
    const acknowledged = outcomes.findIndex(({ status }) => status === 'rejected');
    expect(acknowledged).toBeGreaterThanOrEqual(0);
    expect(outcomes.slice(acknowledged).every(({ status }) => status === 'rejected')).toBe(true);
    const failure = (outcomes.at(-1) as PromiseRejectedResult).reason as Error;
    expect(failure).toBeInstanceOf(StoreFailedError);
    expect(failure.message).toMatch(/Writing to .*test\.sqlite failed \(database or disk is full\).*free space/);
    await expect(store.loadExecution('n', 'w', undefined)).rejects.toBe(failure);
    await expect(commitTexts(store, shard, 99, 'x')).rejects.toBe(failure);
    await store.close();
    store = await open();
    expect((await journalTexts(store)).length).toBeGreaterThanOrEqual(acknowledged);
    expect(await store.integrityCheck()).toEqual([]);
    await store.close();
  });
});

describe('a lost thread', () => {
  it('fails what was under way and everything after it', async () => {
    const health = new StoreHealth();
    const thread = new ThreadClient(
      { role: 'writer', path, clusterId: 'c', shardCount: 1, maximumSizeBytes: undefined },
      health,
    );
    await thread.opened();
    const pending = thread.read(
      'namespaceList',
      () => undefined,
      () => undefined,
    );
    await thread.terminate();
    await expect(pending).rejects.toThrow(StoreFailedError);
    await expect(pending).rejects.toThrow('The SQLite thread ended');
    expect(health.refusal('commit')).toBeInstanceOf(StoreFailedError);
    await thread.close();
    await (await open()).close();
  });
});
