import { describe, expect, it } from 'vitest';
import { StoreClosedError, StoreOpenError } from '../errors.js';
import type { Store } from '../store.js';
import { describeEveryStore } from './testing/adapters.js';
import {
  bytes,
  commitTexts,
  executionRow,
  historyAppend,
  journalTexts,
  recordKey,
  runKey,
  text,
  visibilityRow,
} from './testing/rows.js';

describeEveryStore((harness) => {
  describe('opening and closing', () => {
    it('keeps everything across reopening', async () => {
      if (!harness().survivesReopening) return;
      let store = await harness().store();
      const { identity } = store;
      const shard = await harness().acquire();
      await store.namespaces.create({ namespaceId: 'id', name: 'name', record: bytes('record') });
      await store.searchAttributes.add('id', { City: 'Keyword' });
      await store.metadata.set('key', bytes('value'));
      await store.records.write(shard, [{ key: recordKey('r'), value: bytes('record') }]);
      await commitTexts(store, shard, 1, 'materialised');
      await commitTexts(store, shard, 2, 'journalled');
      await store.materialise([
        {
          ...shard,
          throughPosition: 1,
          executions: [executionRow()],
          historyAppends: [historyAppend(1, 2)],
          visibility: [visibilityRow()],
        },
      ]);
      store = await harness().reopen();
      expect(store.identity).toEqual(identity);
      expect(await journalTexts(store)).toEqual(['2: journalled']);
      expect(await store.readShard(0)).toMatchObject({ epoch: 1 });
      expect(await store.loadExecution('namespace', 'workflow', undefined)).toEqual(executionRow());
      expect((await store.readHistory(runKey(), {})).eventCount).toBe(2);
      expect((await store.countVisibility({ namespaceId: 'namespace', where: undefined })).count).toBe(1);
      expect(text((await store.namespaces.byId('id'))!.record)).toBe('record');
      expect(await store.searchAttributes.list('id')).toEqual({ City: 'Keyword' });
      expect(text((await store.metadata.get('key'))!)).toBe('value');
      expect(text((await store.records.read(recordKey('r')))!)).toBe('record');
      expect(await harness().acquire()).toMatchObject({ epoch: 2, lastPosition: 2 });
    });

    it('finishes what was sent before closing, and refuses everything after', async () => {
      const store = await harness().store();
      const shard = await harness().acquire();
      const sent = [commitTexts(store, shard, 1, 'a'), commitTexts(store, shard, 2, 'b'), store.metadata.get('key')];
      const closed = store.close();
      await Promise.all([...sent, closed, store.close()]);
      const refused: readonly ((store: Store) => Promise<unknown>)[] = [
        () => commitTexts(store, shard, 3, 'c'),
        () => store.materialise([{ ...shard, throughPosition: 1 }]),
        () => store.acquireShard({ shardId: 0, ownerId: 'x', leaseUntilMs: 0 }),
        () => store.loadExecution('n', 'w', undefined),
        () => journalTexts(store),
        () => store.namespaces.list(),
        () => store.metadata.set('key', undefined),
        () => store.records.write(shard, []),
        () => store.records.read(recordKey('r')),
        () => store.integrityCheck(),
      ];
      for (const call of refused) await expect(call(store)).rejects.toThrow(StoreClosedError);
      if (harness().survivesReopening) expect(await journalTexts(await harness().reopen())).toEqual(['1: a', '2: b']);
    });

    it('is refused while another server has it open', async () => {
      if (!harness().survivesReopening) return;
      await harness().store();
      await expect(harness().openSecond()).rejects.toThrow(StoreOpenError);
      await expect(harness().openSecond()).rejects.toThrow(/is in use by another server: stop/);
      await harness().reopen();
    });
  });

  describe('small tables', () => {
    it('finds namespaces by id and by name, both unique', async () => {
      const { namespaces } = await harness().store();
      const row = { namespaceId: '1', name: 'one', record: bytes('a') };
      expect(await namespaces.create(row)).toBe(true);
      expect(await namespaces.create({ ...row, name: 'other' })).toBe(false);
      expect(await namespaces.create({ ...row, namespaceId: '2' })).toBe(false);
      expect(await namespaces.create({ namespaceId: '2', name: 'a two', record: new Uint8Array() })).toBe(true);
      expect(await namespaces.byName('one')).toEqual(row);
      expect(await namespaces.byName('none')).toBeUndefined();
      expect(await namespaces.byId('2')).toEqual({ namespaceId: '2', name: 'a two', record: new Uint8Array() });
      expect((await namespaces.list()).map(({ name }) => name)).toEqual(['a two', 'one']);
      expect(await namespaces.update({ ...row, name: 'a two' })).toBe(false);
      expect(await namespaces.update({ ...row, namespaceId: '3' })).toBe(false);
      expect(await namespaces.update({ ...row, name: 'first', record: bytes('b') })).toBe(true);
      expect(await namespaces.byId('1')).toEqual({ namespaceId: '1', name: 'first', record: bytes('b') });
      expect(await namespaces.byName('one')).toBeUndefined();
      expect(await namespaces.delete('1')).toBe(true);
      expect(await namespaces.delete('1')).toBe(false);
    });

    it('registers search attributes per namespace, each with one type', async () => {
      const { searchAttributes } = await harness().store();
      expect(await searchAttributes.add('n', { City: 'Keyword', Weight: 'Double' })).toBeUndefined();
      expect(await searchAttributes.add('n', { New: 'Int', City: 'Text' })).toBe('City');
      expect(await searchAttributes.add('n', { City: 'Keyword' })).toBeUndefined();
      expect(await searchAttributes.list('n')).toEqual({ City: 'Keyword', Weight: 'Double' });
      expect(await searchAttributes.list('other')).toEqual({});
      await searchAttributes.remove('n', ['City', 'Unknown']);
      expect(await searchAttributes.list('n')).toEqual({ Weight: 'Double' });
    });

    it('keeps small values by key', async () => {
      const { metadata } = await harness().store();
      expect(await metadata.get('key')).toBeUndefined();
      await metadata.set('key', bytes('one'));
      await metadata.set('key', bytes('two'));
      await metadata.set('empty', new Uint8Array());
      expect(text((await metadata.get('key'))!)).toBe('two');
      expect(await metadata.get('empty')).toEqual(new Uint8Array());
      await metadata.set('key', undefined);
      expect(await metadata.get('key')).toBeUndefined();
    });
  });
});
