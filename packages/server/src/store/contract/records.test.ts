import { describe, expect, it } from 'vitest';
import { ShardFencedError, StoreRequestError } from '../errors.js';
import type { Page, PageCursor, RecordChange, StoredRecord } from '../rows.js';
import { describeEveryStore } from './testing/adapters.js';
import { bytes, recordKey, text } from './testing/rows.js';

/** Sets records of the default namespace and kind, their values being their ids. */
function set(...ids: string[]): RecordChange[] {
  return ids.map((id) => ({ key: recordKey(id), value: bytes(id) }));
}

/** Every page of a read, as ids joined by commas. */
async function pages(read: (cursor: PageCursor | undefined) => Promise<Page<StoredRecord>>): Promise<string[]> {
  const lines: string[] = [];
  let cursor: PageCursor | undefined;
  do {
    const page = await read(cursor);
    lines.push(page.rows.map(({ id }) => id).join());
    cursor = page.cursor;
  } while (cursor !== undefined);
  return lines;
}

describeEveryStore((harness) => {
  describe('records', () => {
    it('are written, replaced and removed together', async () => {
      const { records } = await harness().store();
      const shard = await harness().acquire();
      await records.write(shard, set('a', 'b'));
      expect(text((await records.read(recordKey('a')))!)).toBe('a');
      await records.write(shard, [
        { key: recordKey('a'), value: bytes('first') },
        { key: recordKey('b'), value: undefined },
        { key: recordKey('none'), value: undefined },
        { key: recordKey('a'), value: bytes('second') },
        { key: recordKey('empty'), value: new Uint8Array() },
      ]);
      expect(text((await records.read(recordKey('a')))!)).toBe('second');
      expect(await records.read(recordKey('b'))).toBeUndefined();
      expect(await records.read(recordKey('empty'))).toEqual(new Uint8Array());
    });

    it('are told apart by namespace, kind and id', async () => {
      const { records } = await harness().store();
      const shard = await harness().acquire();
      const keys = [recordKey('id'), recordKey('id', 'other'), recordKey('id', 'namespace', 'batch-operation')];
      await records.write(
        shard,
        keys.map((key, index) => ({ key, value: bytes(`${index}`) })),
      );
      for (const [index, key] of keys.entries()) expect(text((await records.read(key))!)).toBe(`${index}`);
      const { rows } = await records.list('namespace', 'batch-operation', undefined, 10);
      expect(rows).toEqual([{ ...keys[2], value: bytes('2') }]);
    });

    it('are not written by who no longer owns the shard', async () => {
      const { records } = await harness().store();
      const old = await harness().acquire();
      await records.write(old, set('a'));
      const owner = await harness().acquire();
      await expect(records.write(old, [...set('b'), { key: recordKey('a'), value: undefined }])).rejects.toThrow(
        ShardFencedError,
      );
      expect(await records.read(recordKey('b'))).toBeUndefined();
      expect(await records.read(recordKey('a'))).toEqual(bytes('a'));
      await records.write(owner, set('b'));
      expect(await records.read(recordKey('b'))).toEqual(bytes('b'));
    });

    it('belong to shards that exist', async () => {
      const { records } = await harness().store();
      await expect(records.write({ shardId: 99, epoch: 1 }, set('a'))).rejects.toThrow(StoreRequestError);
    });

    it('are listed by id, page by page', async () => {
      const { records } = await harness().store();
      const shard = await harness().acquire();
      await records.write(shard, [
        ...set('b', 'a', 'é', 'B', '10', '9'),
        { key: recordKey('x', 'z'), value: bytes('') },
      ]);
      const read = (limit: number) => pages((cursor) => records.list('namespace', 'schedule', cursor, limit));
      expect(await read(6)).toEqual(['10,9,B,a,b,é']);
      expect(await read(4)).toEqual(['10,9,B,a', 'b,é']);
      expect(await read(1)).toEqual(['10', '9', 'B', 'a', 'b', 'é']);
      expect(await pages((cursor) => records.list('nowhere', 'schedule', cursor, 4))).toEqual(['']);
    });

    it('are found by the shard they belong to, whatever their namespace', async () => {
      const { records } = await harness().store();
      const shard = await harness().acquire();
      await records.write(shard, [
        ...set('c', 'a'),
        { key: recordKey('b', 'another'), value: bytes('b') },
        { key: recordKey('d', 'zebra'), value: bytes('d') },
        { key: recordKey('e', 'namespace', 'batch-operation'), value: bytes('e') },
      ]);
      if (harness().shardCount > 1) await records.write(await harness().acquire(1), set('f'));
      const read = (limit: number) => pages((cursor) => records.ofShard(0, 'schedule', cursor, limit));
      expect(await read(10)).toEqual(['b,a,c,d']);
      expect(await read(2)).toEqual(['b,a', 'c,d']);
      expect(await read(1)).toEqual(['b', 'a', 'c', 'd']);
    });

    it('need no namespace: those without one stay whatever namespace goes', async () => {
      const { records, namespaces } = await harness().store();
      const shard = await harness().acquire();
      await namespaces.create({ namespaceId: 'namespace', name: 'name', record: bytes('') });
      const keys = ['b', 'a', 'c'].map((id) => recordKey(id, '', 'nexus-endpoint'));
      await records.write(shard, [...keys.map((key) => ({ key, value: bytes(key.id) })), ...set('d')]);
      await namespaces.delete('namespace');
      expect(await pages((cursor) => records.list('', 'nexus-endpoint', cursor, 2))).toEqual(['a,b', 'c']);
      expect(await pages((cursor) => records.ofShard(0, 'nexus-endpoint', cursor, 2))).toEqual(['a,b', 'c']);
      if (!harness().survivesReopening) return;
      const reopened = await harness().reopen();
      expect(await pages((cursor) => reopened.records.list('', 'nexus-endpoint', cursor, 9))).toEqual(['a,b,c']);
    });

    it('go with their namespace', async () => {
      const { records, namespaces } = await harness().store();
      const shard = await harness().acquire();
      await namespaces.create({ namespaceId: 'namespace', name: 'name', record: bytes('') });
      await records.write(shard, [...set('a', 'b'), { key: recordKey('c', 'other'), value: bytes('c') }]);
      await namespaces.delete('namespace');
      expect(await pages((cursor) => records.ofShard(0, 'schedule', cursor, 10))).toEqual(['c']);
      expect(await records.read(recordKey('a'))).toBeUndefined();
    });
  });
});
