import { expect, it } from 'vitest';
import type { RecordChange } from '../store/index.js';
import { quiet } from '../testing/manual-clock.js';
import { codeOf, TestNode } from '../testing/test-node.js';
import { RecordWriter } from './record-writer.js';

function change(id: string): RecordChange {
  return { key: { namespaceId: 'n', kind: 'schedule', id }, value: new Uint8Array() };
}

it('writes that come while another is under way travel together, in order', async () => {
  const groups: string[] = [];
  const release: (() => void)[] = [];
  const writer = new RecordWriter((changes) => {
    groups.push(changes.map(({ key }) => key.id).join());
    return new Promise((resolve) => release.push(resolve));
  });
  const settled: string[] = [];
  for (const id of ['a', 'b']) void writer.write([change(id)]).then(() => settled.push(id));
  await quiet();
  for (const id of ['c', 'd']) void writer.write([change(id)]).then(() => settled.push(id));
  await quiet();
  expect(groups).toEqual(['a,b']);
  release.shift()?.();
  await quiet();
  expect([groups, settled]).toEqual([
    ['a,b', 'c,d'],
    ['a', 'b'],
  ]);
  release.shift()?.();
  await quiet();
  expect(settled).toEqual(['a', 'b', 'c', 'd']);
});

it('a write that fails fails those of its group, and none after it', async () => {
  let fails = true;
  const writer = new RecordWriter(() => (fails ? Promise.reject(new Error('disk')) : Promise.resolve()));
  await expect(writer.write([change('a')])).rejects.toThrow('disk');
  fails = false;
  await writer.write([change('b')]);
});

it('a record that somebody else may have to write fails the shard, which is opened again', async () => {
  const node = await TestNode.open({ shardCount: 1 });
  const { host } = node.services;
  const { key } = change('a');
  await host.writeRecord(key, Uint8Array.of(1));
  await node.store.acquireShard({ shardId: 0, ownerId: 'thief', leaseUntilMs: 0 });
  expect(await codeOf(host.writeRecord(key, Uint8Array.of(2)))).toBe('UNAVAILABLE');
  expect(await codeOf(host.writeRecord(key, Uint8Array.of(2)))).toBe('UNAVAILABLE');
  expect(await node.store.records.read(key)).toEqual(Uint8Array.of(1));
  await node.clock.advance(5000);
  await host.writeRecord(key, Uint8Array.of(3));
  expect(await node.store.records.read(key)).toEqual(Uint8Array.of(3));
  await host.writeRecord(key, undefined);
  expect(await node.store.records.read(key)).toBeUndefined();
});
