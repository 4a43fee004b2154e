import { expect, test } from 'vitest';
import { codeOf, TestNode } from '../testing/test-node.js';

const MINUTE_MS = 60_000;

test('leases are renewed before they run out, for as long as the node runs', async () => {
  const node = await TestNode.open({ shardCount: 2 });
  for (let minute = 0; minute < 3; minute += 1) {
    await node.clock.advance(MINUTE_MS);
    for (const shardId of [0, 1])
      expect((await node.store.readShard(shardId))?.leaseUntilMs).toBeGreaterThan(node.clock.nowMs());
  }
  const last = await node.store.readShard(0);
  await node.services.host.stop();
  await node.clock.advance(MINUTE_MS);
  expect(await node.store.readShard(0)).toEqual(last);
  await node.store.close();
});

test('a shard whose lease was taken is stopped by the next renewal, before it decides anything', async () => {
  const node = await TestNode.open({ shardCount: 1 });
  await node.start('w');
  // Everything is in the tables: nothing but the renewal touches the store from now on.
  await node.clock.advance(MINUTE_MS / 6);
  const shard = node.services.host.shardFor({ namespaceId: node.namespaceId, workflowId: 'w' });
  await node.store.acquireShard({ shardId: 0, ownerId: 'another node', leaseUntilMs: node.clock.nowMs() + MINUTE_MS });
  await node.clock.advance(MINUTE_MS / 6 - 1);
  expect(shard.isUseless).toBe(false);
  await node.clock.advance(1);
  expect(shard.isUseless).toBe(true);
  expect(await codeOf(node.signal('w'))).toBe('UNAVAILABLE');
  // The other node does not renew its lease, so the shard comes back once that has run out.
  await node.clock.advance(MINUTE_MS / 2);
  expect(await codeOf(node.signal('w'))).toBe('UNAVAILABLE');
  expect((await node.store.readShard(0))?.ownerId).toBe('another node');
  await node.clock.advance(MINUTE_MS / 2);
  expect(await codeOf(node.signal('w'))).toBe('OK');
  expect(node.fatal).toEqual([]);
  await node.stop();
});

test('a renewal that fails for another reason is tried again, and the shard goes on', async () => {
  const node = await TestNode.open({ shardCount: 1 });
  const { renewShard } = node.store;
  node.store.renewShard = () => Promise.reject(new Error('the disk is slow'));
  await node.clock.advance(MINUTE_MS / 3);
  await node.start('w');
  node.store.renewShard = renewShard;
  await node.clock.advance(MINUTE_MS / 3);
  expect((await node.store.readShard(0))?.leaseUntilMs).toBe(node.clock.nowMs() + MINUTE_MS);
  await node.stop();
});
