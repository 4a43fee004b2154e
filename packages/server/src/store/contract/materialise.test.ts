import { describe, expect, it } from 'vitest';
import { StoreRequestError } from '../errors.js';
import type { AcquiredShard, Materialisation, PageCursor } from '../rows.js';
import type { Store } from '../store.js';
import { describeEveryStore } from './testing/adapters.js';
import {
  bytes,
  commitTexts,
  eventIdsOf,
  executionRow,
  historyAppend,
  journalTexts,
  runKey,
  text,
  visibilityRow,
} from './testing/rows.js';

describeEveryStore((harness) => {
  async function prepared(): Promise<{
    store: Store;
    shard: AcquiredShard;
    apply: (changes: Partial<Materialisation>) => Promise<void>;
  }> {
    const store = await harness().store();
    const shard = await harness().acquire();
    return { store, shard, apply: (changes) => store.materialise([{ ...shard, throughPosition: 0, ...changes }]) };
  }

  describe('materialise', () => {
    it('writes every table and removes the journal rows they came from', async () => {
      const { store, shard, apply } = await prepared();
      await Promise.all([1, 2, 3].map((position) => commitTexts(store, shard, position, 'x')));
      const row = executionRow({ nextDueMs: 5_000, needsAttention: true, sequence: 3 });
      await apply({
        throughPosition: 2,
        executions: [row],
        historyAppends: [historyAppend(1, 3)],
        visibility: [visibilityRow()],
      });
      expect(await journalTexts(store)).toEqual(['3: x']);
      expect(await store.loadExecution('namespace', 'workflow', 'run')).toEqual(row);
      expect(eventIdsOf((await store.readHistory(runKey(), {})).chunks)).toEqual([1, 2, 3]);
      const { count } = await store.countVisibility({ namespaceId: 'namespace', where: undefined });
      expect(count).toBe(1);
    });

    it('comes after the commits sent before it', async () => {
      const { store, shard, apply } = await prepared();
      await Promise.all([
        commitTexts(store, shard, 1, 'a'),
        commitTexts(store, shard, 2, 'b'),
        apply({ throughPosition: 2 }),
        commitTexts(store, shard, 3, 'c'),
      ]);
      expect(await journalTexts(store)).toEqual(['3: c']);
    });

    it('applies all of a batch or nothing', async () => {
      const { store, shard, apply } = await prepared();
      await commitTexts(store, shard, 1, 'x');
      await apply({ historyAppends: [historyAppend(1, 2)] });
      const overlapping = { throughPosition: 1, executions: [executionRow()], historyAppends: [historyAppend(1, 4)] };
      await expect(apply(overlapping)).rejects.toThrow(StoreRequestError);
      expect(await journalTexts(store)).toEqual(['1: x']);
      expect(await store.loadExecution('namespace', 'workflow', 'run')).toBeUndefined();
      await apply({ throughPosition: 1 });
      expect(await journalTexts(store)).toEqual([]);
    });

    it('refuses history that is no range of events', async () => {
      const { apply } = await prepared();
      await expect(apply({ historyAppends: [{ ...historyAppend(1, 1), lastEventId: 0 }] })).rejects.toThrow(
        'not a range',
      );
      await expect(apply({ historyAppends: [{ ...historyAppend(1, 1), bytes: bytes('') }] })).rejects.toThrow(
        'not a range',
      );
    });

    it('removes runs from every table', async () => {
      const { store, apply } = await prepared();
      const kept = runKey('workflow', 'kept');
      await apply({
        executions: [executionRow({ isCurrent: false }), executionRow({ ...kept })],
        historyAppends: [historyAppend(1, 2), historyAppend(1, 1, kept)],
        visibility: [visibilityRow(), visibilityRow(kept)],
      });
      await apply({ deletes: [runKey(), runKey('never', 'existed')] });
      expect((await store.listRuns('namespace', 'workflow')).map(({ runId }) => runId)).toEqual(['kept']);
      expect((await store.readHistory(runKey(), {})).eventCount).toBe(0);
      expect((await store.readHistory(kept, {})).eventCount).toBe(1);
      expect((await store.countVisibility({ namespaceId: 'namespace', where: undefined })).count).toBe(1);
    });

    it('keeps positions going on after the journal is empty', async () => {
      const { store, shard, apply } = await prepared();
      await commitTexts(store, shard, 1, 'x');
      await apply({ throughPosition: 1 });
      expect(await harness().acquire()).toMatchObject({ lastPosition: 1 });
      if (!harness().survivesReopening) return;
      await harness().reopen();
      expect(await harness().acquire()).toMatchObject({ lastPosition: 1 });
    });
  });

  describe('executions', () => {
    it('replaces a row and keeps bytes of any content', async () => {
      const { store, apply } = await prepared();
      await apply({ executions: [executionRow({ snapshot: Uint8Array.of(0, 1, 255) })] });
      const empty = executionRow({ snapshot: new Uint8Array(), sequence: 2, open: false, nextDueMs: 7 });
      await apply({ executions: [empty] });
      expect(await store.loadExecution('namespace', 'workflow', 'run')).toEqual(empty);
    });

    it('has at most one current run per workflow id', async () => {
      const { store, apply } = await prepared();
      await apply({ executions: [executionRow({ runId: 'first', open: false })] });
      await apply({
        executions: [executionRow({ runId: 'second' }), executionRow({ workflowId: 'other', runId: 'o' })],
      });
      expect(await store.loadExecution('namespace', 'workflow', undefined)).toMatchObject({ runId: 'second' });
      expect(await store.loadExecution('namespace', 'other', undefined)).toMatchObject({ runId: 'o' });
      expect(await store.loadExecution('elsewhere', 'workflow', undefined)).toBeUndefined();
      expect(await store.listRuns('namespace', 'workflow')).toEqual([
        { runId: 'first', open: false, isCurrent: false, sequence: 1 },
        { runId: 'second', open: true, isCurrent: true, sequence: 1 },
      ]);
    });

    it('does not mix up ids that look alike when joined', async () => {
      const { store, apply } = await prepared();
      await apply({
        executions: [
          executionRow({ namespaceId: 'a', workflowId: 'bc', runId: 'd', snapshot: bytes('1') }),
          executionRow({ namespaceId: 'ab', workflowId: 'c', runId: 'd', snapshot: bytes('2') }),
          executionRow({ namespaceId: 'ab', workflowId: '\u{1F600}\'"%', runId: 'd', snapshot: bytes('3') }),
        ],
      });
      expect(text((await store.loadExecution('a', 'bc', 'd'))!.snapshot)).toBe('1');
      expect(text((await store.loadExecution('ab', 'c', 'd'))!.snapshot)).toBe('2');
      expect(text((await store.loadExecution('ab', '\u{1F600}\'"%', 'd'))!.snapshot)).toBe('3');
    });

    it('answers many loads of one turn', async () => {
      const { store, apply } = await prepared();
      const ids = Array.from({ length: 50 }, (_, index) => `w${index}`);
      await apply({ executions: ids.map((workflowId) => executionRow({ workflowId })) });
      const loads = [...ids, 'missing'].map((workflowId) => store.loadExecution('namespace', workflowId, undefined));
      expect((await Promise.all(loads)).map((row) => row?.workflowId)).toEqual([...ids, undefined]);
    });

    it('pages due runs by due time, of one shard, below the limit', async () => {
      const { store, apply } = await prepared();
      const dueTimes = [50, 10, 30, 30, 30, 20, undefined, 99, 10];
      await apply({
        executions: dueTimes.map((nextDueMs, index) => executionRow({ workflowId: `w${index}`, nextDueMs })),
      });
      const seen: string[] = [];
      let cursor;
      do {
        const page = await store.dueExecutions(0, 99, cursor, 2);
        expect(page.rows.length).toBeLessThanOrEqual(2);
        seen.push(...page.rows.map((row) => `${row.workflowId}@${row.nextDueMs}`));
        cursor = page.cursor;
      } while (cursor !== undefined);
      expect(seen).toEqual(['w1@10', 'w8@10', 'w5@20', 'w2@30', 'w3@30', 'w4@30', 'w0@50']);
      if (harness().shardCount > 1) expect((await store.dueExecutions(1, 99, undefined, 9)).rows).toEqual([]);
    });

    it('pages workflow ids, each once, however many runs it has', async () => {
      const { store, apply } = await prepared();
      const ids = [
        ['a', 'x'],
        ['a', 'y'],
        ['b', 'x'],
        ['b', '\u{1F600}'],
        ['c', ''],
      ] as const;
      const executions = ids.flatMap(([namespaceId, workflowId]) => [
        executionRow({ namespaceId, workflowId, runId: '1', isCurrent: false }),
        executionRow({ namespaceId, workflowId, runId: '2' }),
      ]);
      await apply({ executions });
      const found: string[] = [];
      let cursor: PageCursor | undefined;
      do {
        const page = await store.workflowIds(cursor, 2);
        found.push(...page.rows.map(({ namespaceId, workflowId }) => `${namespaceId} ${workflowId}`));
        cursor = page.cursor;
      } while (cursor !== undefined);
      expect(found.sort()).toEqual(ids.map((id) => id.join(' ')).sort());
    });

    it('pages runs that need attention in the order they were first stored', async () => {
      const { store, apply } = await prepared();
      const rows = Array.from({ length: 5 }, (_, index) =>
        executionRow({ workflowId: `w${index}`, needsAttention: index !== 2, snapshot: bytes(`s${index}`) }),
      );
      await apply({ executions: rows });
      await apply({ executions: [{ ...rows[0]!, sequence: 2 }] });
      const first = await store.attentionExecutions(0, undefined, 3);
      expect(first.rows.map(({ workflowId }) => workflowId)).toEqual(['w0', 'w1', 'w3']);
      expect(text(first.rows[2]!.snapshot)).toBe('s3');
      const second = await store.attentionExecutions(0, first.cursor, 3);
      expect(second.rows.map(({ workflowId }) => workflowId)).toEqual(['w4']);
      expect(second.cursor).toBeUndefined();
    });
  });
});
