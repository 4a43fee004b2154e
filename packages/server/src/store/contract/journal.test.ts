import { describe, expect, it } from 'vitest';
import { ShardFencedError, StoreRequestError } from '../errors.js';
import { describeEveryStore } from './testing/adapters.js';
import { bytes, commitTexts, executionRow, journalTexts } from './testing/rows.js';

describeEveryStore((harness) => {
  describe('commit', () => {
    it('keeps groups and the transitions in them apart and in order', async () => {
      const store = await harness().store();
      const shard = await harness().acquire();
      await commitTexts(store, shard, 1, 'a', '', 'b');
      await commitTexts(store, shard, 2, 'c');
      expect(await journalTexts(store)).toEqual(['1: a, , b', '2: c']);
      expect(await journalTexts(store, 0, 1)).toEqual(['2: c']);
    });

    it('takes effect in the order it was sent, without waiting in between', async () => {
      const store = await harness().store();
      const shard = await harness().acquire();
      await Promise.all(
        Array.from({ length: 200 }, (_, index) => commitTexts(store, shard, index + 1, `${index + 1}`)),
      );
      expect(await journalTexts(store)).toEqual(
        Array.from({ length: 200 }, (_, index) => `${index + 1}: ${index + 1}`),
      );
    });

    it('takes several groups of one shard and of several shards at once', async () => {
      const store = await harness().store();
      const shardIds = Array.from({ length: harness().shardCount }, (_, shardId) => shardId);
      const shards = await Promise.all(shardIds.map((shardId) => harness().acquire(shardId)));
      await store.commit(
        [1, 2].flatMap((position) =>
          shards.map(({ shardId, epoch }) => ({
            shardId,
            epoch,
            position,
            transitions: [bytes(`${shardId}/${position}`)],
          })),
        ),
      );
      for (const shardId of shardIds) {
        expect(await journalTexts(store, shardId)).toEqual([`1: ${shardId}/1`, `2: ${shardId}/2`]);
      }
    });

    it('takes transitions of several megabytes, and views into larger buffers', async () => {
      const store = await harness().store();
      const shard = await harness().acquire();
      const large = new Uint8Array(5_000_000).fill(7);
      const view = bytes('0123456789').subarray(3, 6);
      await store.commit([{ ...shard, position: 1, transitions: [large, view] }]);
      for await (const row of store.readJournal(0, 0)) {
        expect(row.transitions.map((transition) => transition.byteLength)).toEqual([5_000_000, 3]);
        expect(row.transitions[0]?.every((byte) => byte === 7)).toBe(true);
        expect(row.transitions[1]).toEqual(bytes('345'));
      }
    });

    it('refuses a position that leaves a gap or was used, and writes nothing of that commit', async () => {
      const store = await harness().store();
      const { shardId, epoch } = await harness().acquire();
      const group = (position: number) => ({ shardId, epoch, position, transitions: [bytes('x')] });
      await store.commit([group(1)]);
      await expect(store.commit([group(1)])).rejects.toThrow(StoreRequestError);
      await expect(store.commit([group(3)])).rejects.toThrow('does not follow 1');
      await expect(store.commit([group(2), group(4)])).rejects.toThrow(StoreRequestError);
      await expect(store.commit([group(0)])).rejects.toThrow(StoreRequestError);
      await expect(store.commit([{ ...group(2), transitions: [] }])).rejects.toThrow('no transitions');
      await expect(store.commit([{ ...group(1), shardId: 99 }])).rejects.toThrow('Shard 99 does not exist');
      await store.commit([group(2)]);
      expect(await journalTexts(store)).toEqual(['1: x', '2: x']);
    });

    it('does not let one bad commit harm those sent around it', async () => {
      const store = await harness().store();
      const shard = await harness().acquire();
      const outcomes = await Promise.allSettled([
        commitTexts(store, shard, 1, 'a'),
        commitTexts(store, shard, 9, 'bad'),
        commitTexts(store, shard, 2, 'b'),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await journalTexts(store)).toEqual(['1: a', '2: b']);
    });
  });

  describe('fencing', () => {
    it('raises the epoch with each acquisition and says where the journal ends', async () => {
      const store = await harness().store();
      expect(await store.readShard(0)).toBeUndefined();
      const first = await harness().acquire();
      expect(first).toMatchObject({ shardId: 0, epoch: 1, ownerId: 'test', leaseUntilMs: 1_000, lastPosition: 0 });
      await commitTexts(store, first, 1, 'a');
      expect(await harness().acquire()).toMatchObject({ epoch: 2, lastPosition: 1 });
      expect(await store.readShard(0)).toEqual({ shardId: 0, epoch: 2, ownerId: 'test', leaseUntilMs: 1_000 });
    });

    it('refuses the former owner, also for writes sent before it could know', async () => {
      const store = await harness().store();
      const former = await harness().acquire();
      const outcomes = await Promise.allSettled([
        commitTexts(store, former, 1, 'before'),
        store.acquireShard({ shardId: 0, ownerId: 'other', leaseUntilMs: 0 }),
        commitTexts(store, former, 2, 'after'),
        store.materialise([{ ...former, throughPosition: 1, executions: [executionRow()] }]),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
      expect((outcomes[2] as PromiseRejectedResult).reason).toBeInstanceOf(ShardFencedError);
      expect((outcomes[3] as PromiseRejectedResult).reason).toMatchObject({ shardIds: [0] });
      expect(await journalTexts(store)).toEqual(['1: before']);
      expect(await store.loadExecution('namespace', 'workflow', undefined)).toBeUndefined();
    });

    it('refuses writes to a shard that was never acquired', async () => {
      const store = await harness().store();
      await expect(store.commit([{ shardId: 0, epoch: 1, position: 1, transitions: [bytes('x')] }])).rejects.toThrow(
        ShardFencedError,
      );
    });

    it('writes the other shards of a batch when one is fenced', async () => {
      if (harness().shardCount < 2) return;
      const store = await harness().store();
      const former = await harness().acquire(0);
      const owned = await harness().acquire(1);
      await harness().acquire(0);
      const group = (shard: typeof owned) => ({ ...shard, position: 1, transitions: [bytes('x')] });
      await expect(store.commit([group(former), group(owned)])).rejects.toMatchObject({ shardIds: [0] });
      expect(await journalTexts(store, 0)).toEqual([]);
      expect(await journalTexts(store, 1)).toEqual(['1: x']);
      const row = (shardId: number) => executionRow({ workflowId: `of shard ${shardId}` });
      const changes = [former, owned].map((shard) => ({
        ...shard,
        throughPosition: 1,
        executions: [row(shard.shardId)],
      }));
      await expect(store.materialise(changes)).rejects.toMatchObject({ shardIds: [0] });
      expect(await store.loadExecution('namespace', 'of shard 0', undefined)).toBeUndefined();
      expect(await store.loadExecution('namespace', 'of shard 1', undefined)).toBeDefined();
    });

    it('renews a lease for its owner only', async () => {
      const store = await harness().store();
      const former = await harness().acquire();
      await store.renewShard({ ...former, leaseUntilMs: 2_000 });
      expect(await store.readShard(0)).toMatchObject({ epoch: 1, leaseUntilMs: 2_000 });
      await harness().acquire();
      await expect(store.renewShard({ ...former, leaseUntilMs: 3_000 })).rejects.toThrow(ShardFencedError);
      expect(await store.readShard(0)).toMatchObject({ epoch: 2, leaseUntilMs: 1_000 });
    });
  });
});
