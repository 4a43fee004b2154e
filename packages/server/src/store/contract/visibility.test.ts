import { matches, parseVisibilityQuery } from '@perdure/engine/visibility';
import type { SearchAttributes, VisibilityCondition } from '@perdure/engine/visibility';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VisibilityRow } from '../rows.js';
import type { Store } from '../store.js';
import { describeEveryStore } from './testing/adapters.js';
import { bytes, executionRow, visibilityRow } from './testing/rows.js';

const registered = {
  City: 'Keyword',
  Tags: 'KeywordList',
  Note: 'Text',
  Paid: 'Bool',
  Due: 'Datetime',
  Weight: 'Double',
  Pieces: 'Int',
} as const;

const namespaceId = 'namespace';

function where(query: string): VisibilityCondition | undefined {
  const parsed = parseVisibilityQuery(query, { searchAttributes: registered, use: 'count' });
  if ('rejected' in parsed) throw new Error(`${query}: ${parsed.message}`);
  return parsed.where;
}

async function listAll(store: Store, query: string, pageSize: number): Promise<string[]> {
  const ids: string[] = [];
  let cursor;
  do {
    const page = await store.listVisibility({ namespaceId, where: where(query), pageSize, cursor });
    expect(page.rows.length).toBeLessThanOrEqual(pageSize);
    ids.push(...page.rows.map(({ workflowId }) => workflowId));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return ids;
}

const words = fc.constantFrom(
  '',
  'a',
  'ab',
  'b',
  'Ab',
  'a b',
  `it's`,
  'x"y',
  'é',
  '\uE000',
  '\u{1F600}',
  '%',
  '_',
  '\\',
);
const smallNumbers = fc.integer({ min: -2, max: 3 });

const searchAttributes: fc.Arbitrary<SearchAttributes> = fc.record(
  {
    City: fc.record({ type: fc.constant('Keyword' as const), value: words }),
    Tags: fc.record({ type: fc.constant('KeywordList' as const), value: fc.array(words, { maxLength: 3 }) }),
    Note: fc.record({
      type: fc.constant('Text' as const),
      value: fc.array(words, { maxLength: 3 }).map((all) => all.join(' ')),
    }),
    Paid: fc.record({ type: fc.constant('Bool' as const), value: fc.boolean() }),
    Due: fc.record({ type: fc.constant('Datetime' as const), value: smallNumbers }),
    Weight: fc.record({ type: fc.constant('Double' as const), value: smallNumbers.map((value) => value / 2) }),
    // Stored under a type that is not the registered one: must behave as absent.
    Pieces: fc.record({ type: fc.constantFrom('Int' as const, 'Double' as const), value: smallNumbers }),
  },
  { requiredKeys: [] },
);

const rows = fc.array(
  fc.record(
    {
      workflowType: words,
      taskQueue: words,
      status: fc.integer({ min: 1, max: 8 }),
      startTimeMs: smallNumbers,
      executionTimeMs: smallNumbers,
      closeTimeMs: smallNumbers,
      executionDurationMs: smallNumbers,
      historyLength: smallNumbers,
      parentWorkflowId: words,
      searchAttributes,
    },
    { requiredKeys: ['workflowType', 'taskQueue', 'status', 'startTimeMs', 'executionTimeMs', 'searchAttributes'] },
  ),
  { maxLength: 12 },
);

const quoted = words.map((word) => `'${word.replaceAll('\\', '\\\\').replaceAll(`'`, `''`)}'`);
const status = fc.constantFrom(`'Running'`, `'Completed'`, '3', `'TimedOut'`);
const nanoseconds = smallNumbers.map((value) => String(value * 1_000_000));
const comparison = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');
const not = fc.constantFrom('', 'NOT ');

function ordered(field: fc.Arbitrary<string>, literal: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof(
    fc.tuple(field, comparison, literal).map((parts) => parts.join(' ')),
    fc
      .tuple(field, not, literal, literal)
      .map(([name, negation, low, high]) => `${name} ${negation}BETWEEN ${low} AND ${high}`),
    membership(field, literal),
  );
}

function membership(field: fc.Arbitrary<string>, literal: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof(
    fc.tuple(field, fc.constantFrom('=', '!='), literal).map((parts) => parts.join(' ')),
    fc
      .tuple(field, not, fc.array(literal, { minLength: 1, maxLength: 3 }))
      .map(([name, negation, literals]) => `${name} ${negation}IN (${literals.join(', ')})`),
    fc.tuple(field, not).map(([name, negation]) => `${name} IS ${negation}NULL`),
  );
}

const keywords = fc.constantFrom('WorkflowType', 'TaskQueue', 'ParentWorkflowId', 'City');

const predicate = fc.oneof(
  ordered(keywords, quoted),
  fc
    .tuple(fc.oneof(keywords, fc.constant('Tags')), not, quoted)
    .map(([name, no, text]) => `${name} ${no}STARTS_WITH ${text}`),
  ordered(fc.constantFrom('StartTime', 'CloseTime', 'ExecutionTime', 'ExecutionDuration', 'Due'), nanoseconds),
  ordered(fc.constantFrom('HistoryLength', 'Pieces', 'Weight'), smallNumbers.map(String)),
  membership(fc.constant('ExecutionStatus'), status),
  membership(fc.constant('Tags'), quoted),
  membership(fc.constant('Paid'), fc.constantFrom('true', 'false')),
  fc.tuple(fc.constantFrom('=', '!='), quoted).map(([operator, text]) => `Note ${operator} ${text}`),
);

const { query } = fc.letrec<{ query: string }>((tie) => ({
  query: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    predicate,
    tie('query').map((inner) => `NOT (${inner})`),
    fc
      .tuple(tie('query'), fc.constantFrom('AND', 'OR'), tie('query'))
      .map(([left, word, right]) => `(${left} ${word} ${right})`),
  ),
}));

describeEveryStore((harness) => {
  describe('visibility', () => {
    it('lists open executions first, newest first, then closed ones by close time, and pages without repeating', async () => {
      const store = await harness().store();
      const shard = await harness().acquire();
      const times: readonly (readonly [string, number, number?])[] = [
        ['open-old', 100],
        ['open-new', 200],
        ['open-same-a', 150],
        ['open-same-b', 150],
        ['closed-late', 50, 900],
        ['closed-early', 300, 400],
        ['closed-same-a', 60, 500],
        ['closed-same-b', 60, 500],
      ];
      const visibility = times.map(([workflowId, startTimeMs, closeTimeMs]) =>
        visibilityRow({
          workflowId,
          runId: `run of ${workflowId}`,
          startTimeMs,
          closeTimeMs,
          status: closeTimeMs === undefined ? 1 : 2,
        }),
      );
      await store.materialise([{ ...shard, throughPosition: 0, visibility }]);
      const expected = [
        'open-new',
        'open-same-b',
        'open-same-a',
        'open-old',
        'closed-late',
        'closed-same-b',
        'closed-same-a',
        'closed-early',
      ];
      for (const pageSize of [1, 3, 8, 100]) expect(await listAll(store, '', pageSize)).toEqual(expected);
      expect(await listAll(store, `ExecutionStatus = 'Running'`, 3)).toEqual(expected.slice(0, 4));
      const { count, groups } = await store.countVisibility({
        namespaceId,
        where: undefined,
        groupBy: 'ExecutionStatus',
      });
      expect({ count, groups }).toEqual({
        count: 8,
        groups: [
          { status: 1, count: 4 },
          { status: 2, count: 4 },
        ],
      });
    });

    it('keeps a page stable when rows are added in front of it', async () => {
      const store = await harness().store();
      const shard = await harness().acquire();
      const add = (workflowId: string, startTimeMs: number) =>
        store.materialise([{ ...shard, throughPosition: 0, visibility: [visibilityRow({ workflowId, startTimeMs })] }]);
      for (const [index, workflowId] of ['d', 'c', 'b', 'a'].entries()) await add(workflowId, index);
      const first = await store.listVisibility({ namespaceId, where: undefined, pageSize: 2 });
      await add('new', 99);
      const second = await store.listVisibility({ namespaceId, where: undefined, pageSize: 2, cursor: first.cursor });
      expect([...first.rows, ...second.rows].map(({ workflowId }) => workflowId)).toEqual(['a', 'b', 'c', 'd']);
      expect(second.cursor).toBeUndefined();
    });

    it('gives every field back and keeps namespaces apart', async () => {
      const store = await harness().store();
      const shard = await harness().acquire();
      const row: VisibilityRow = visibilityRow({
        closeTimeMs: 3_000.5,
        executionDurationMs: 2_000.5,
        historyLength: 11,
        historySizeBytes: 2_000,
        stateTransitionCount: 7,
        parentWorkflowId: 'parent',
        parentRunId: 'parent run',
        rootWorkflowId: 'root',
        rootRunId: 'root run',
        memo: bytes('memo'),
        encodedSearchAttributes: bytes('attributes'),
        searchAttributes: { City: { type: 'Keyword', value: 'Bern' } },
      });
      const foreign = visibilityRow({ namespaceId: 'elsewhere' });
      await store.materialise([{ ...shard, throughPosition: 0, visibility: [visibilityRow(), foreign] }]);
      await store.materialise([{ ...shard, throughPosition: 0, visibility: [row] }]);
      const { rows: found } = await store.listVisibility({ namespaceId, where: where(`City = 'Bern'`), pageSize: 10 });
      const { searchAttributes: _, ...listed } = row;
      expect(found).toEqual([listed]);
    });

    it('is not misled by what looks like SQL', async () => {
      const store = await harness().store();
      const shard = await harness().acquire();
      const workflowId = `'); DROP TABLE visibility; --`;
      await store.materialise([
        { ...shard, throughPosition: 0, visibility: [visibilityRow({ workflowId })], executions: [executionRow()] },
      ]);
      expect(await listAll(store, `WorkflowId = "${workflowId}"`, 10)).toEqual([workflowId]);
      expect(await listAll(store, `WorkflowId = "x' OR 'a' = 'a"`, 10)).toEqual([]);
    });

    it('answers the longest query the language allows', async () => {
      const store = await harness().store();
      const shard = await harness().acquire();
      await store.materialise([{ ...shard, throughPosition: 0, visibility: [visibilityRow({ workflowId: 'w499' })] }]);
      const chain = Array.from({ length: 500 }, (_, index) => `WorkflowId = 'w${index}'`);
      expect(await listAll(store, chain.join(' OR '), 10)).toEqual(['w499']);
      const list = Array.from({ length: 1_000 }, (_, index) => `'w${index}'`);
      expect(await listAll(store, `WorkflowId IN (${list.join(', ')})`, 10)).toEqual(['w499']);
      expect(await listAll(store, `${'NOT ('.repeat(30)}WorkflowId = 'w499'${')'.repeat(30)}`, 10)).toEqual(['w499']);
    });

    it('finds exactly what the language says, for any rows and any query', async () => {
      const store = await harness().store();
      const shard = await harness().acquire();
      let round = 0;
      await fc.assert(
        fc.asyncProperty(rows, fc.array(query, { minLength: 1, maxLength: 6 }), async (generated, queries) => {
          const space = `namespace ${round++}`;
          const visibility = generated.map((row, index) =>
            visibilityRow({ ...row, namespaceId: space, workflowId: `w${index}` }),
          );
          await store.materialise([{ ...shard, throughPosition: 0, visibility }]);
          for (const wanted of queries) {
            const condition = where(wanted);
            const expected = visibility.filter((row) => matches(condition, row)).map(({ workflowId }) => workflowId);
            const page = await store.listVisibility({ namespaceId: space, where: condition, pageSize: 100 });
            expect(page.rows.map(({ workflowId }) => workflowId).sort(), wanted).toEqual(expected.sort());
            const { count } = await store.countVisibility({ namespaceId: space, where: condition });
            expect(count).toBe(expected.length);
          }
        }),
        { numRuns: 120 },
      );
    });
  });
});
