import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AcquiredShard } from '../rows.js';
import { describeEveryStore } from './testing/adapters.js';
import type { StoreHarness } from './testing/adapters.js';
import {
  bytes,
  eventIdsOf,
  executionRow,
  historyAppend,
  journalTexts,
  runKey,
  text,
  visibilityRow,
} from './testing/rows.js';

/** What a store should hold, in the simplest terms. */
class ShardModel {
  epoch = 0;
  lastPosition = 0;
  journal: number[] = [];
  /** Number of times each run was materialised. */
  readonly runs = new Map<string, number>();
}

type Step =
  | { readonly kind: 'commit'; readonly shard: number; readonly groups: number }
  | { readonly kind: 'materialise'; readonly shard: number; readonly runs: readonly number[]; readonly keep: number }
  | { readonly kind: 'delete'; readonly shard: number; readonly run: number }
  | { readonly kind: 'acquire'; readonly shard: number }
  | { readonly kind: 'reopen' };

const shardIndex = fc.nat({ max: 3 });
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('commit' as const),
        shard: shardIndex,
        groups: fc.integer({ min: 1, max: 3 }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('materialise' as const),
        shard: shardIndex,
        runs: fc.uniqueArray(fc.nat({ max: 4 }), { maxLength: 3 }),
        keep: fc.nat({ max: 2 }),
      }),
    },
    fc.record({ kind: fc.constant('delete' as const), shard: shardIndex, run: fc.nat({ max: 4 }) }),
    fc.record({ kind: fc.constant('acquire' as const), shard: shardIndex }),
    fc.record({ kind: fc.constant('reopen' as const) }),
  ),
  { maxLength: 25 },
);

/** Runs steps against a store and a model side by side. Each round has namespaces of its own. */
class Comparison {
  readonly #models = new Map<number, ShardModel>();
  readonly #leases = new Map<number, AcquiredShard>();

  constructor(
    private readonly harness: StoreHarness,
    private readonly round: number,
  ) {}

  async perform(step: Step): Promise<void> {
    const store = await this.harness.store();
    if (step.kind === 'reopen') {
      if (this.harness.survivesReopening) await this.harness.reopen();
      return;
    }
    const shardId = step.shard % this.harness.shardCount;
    const lease = await this.#lease(shardId, step.kind === 'acquire');
    const model = this.#model(shardId);
    const base = { shardId, epoch: lease.epoch };
    switch (step.kind) {
      case 'acquire':
        return;
      case 'commit': {
        const positions = Array.from({ length: step.groups }, () => ++model.lastPosition);
        model.journal.push(...positions);
        await store.commit(positions.map((position) => ({ ...base, position, transitions: [bytes(`${position}`)] })));
        return;
      }
      case 'materialise': {
        const throughPosition = Math.max(0, model.lastPosition - step.keep);
        model.journal = model.journal.filter((position) => position > throughPosition);
        const runs = step.runs.map((run) => {
          const count = (model.runs.get(`w${run}`) ?? 0) + 1;
          model.runs.set(`w${run}`, count);
          return { key: this.#key(shardId, run), count };
        });
        await store.materialise([
          {
            ...base,
            throughPosition,
            executions: runs.map(({ key, count }) =>
              executionRow({ ...key, sequence: count, snapshot: bytes(`${count}`) }),
            ),
            historyAppends: runs.map(({ key, count }) => historyAppend(count * 2 - 1, count * 2, key)),
            visibility: runs.map(({ key, count }) => visibilityRow({ ...key, stateTransitionCount: count })),
          },
        ]);
        return;
      }
      case 'delete':
        model.runs.delete(`w${step.run}`);
        await store.materialise([{ ...base, throughPosition: 0, deletes: [this.#key(shardId, step.run)] }]);
    }
  }

  async check(): Promise<void> {
    const store = await this.harness.store();
    for (const [shardId, model] of this.#models) {
      expect(await journalTexts(store, shardId)).toEqual(model.journal.map((position) => `${position}: ${position}`));
      expect(await store.readShard(shardId)).toMatchObject({ epoch: model.epoch });
      for (let run = 0; run <= 4; run++) {
        const key = this.#key(shardId, run);
        const count = model.runs.get(`w${run}`);
        const row = await store.loadExecution(key.namespaceId, key.workflowId, undefined);
        expect(row && text(row.snapshot)).toBe(count === undefined ? undefined : `${count}`);
        const { chunks } = await store.readHistory(key, {});
        expect(eventIdsOf(chunks)).toEqual(Array.from({ length: (count ?? 0) * 2 }, (_, index) => index + 1));
      }
      const namespaceId = this.#key(shardId, 0).namespaceId;
      const { rows } = await store.listVisibility({ namespaceId, where: undefined, pageSize: 100 });
      expect(new Map(rows.map((row) => [row.workflowId, row.stateTransitionCount]))).toEqual(model.runs);
    }
    expect(await store.integrityCheck()).toEqual([]);
  }

  /** Rounds share a store, so the journal that the last round left is materialised away first. */
  async #lease(shardId: number, again: boolean): Promise<AcquiredShard> {
    const held = this.#leases.get(shardId);
    if (held !== undefined && !again) return held;
    const lease = await this.harness.acquire(shardId);
    this.#leases.set(shardId, lease);
    const model = this.#model(shardId);
    if (held === undefined) {
      model.lastPosition = lease.lastPosition;
      await (await this.harness.store()).materialise([{ ...lease, throughPosition: lease.lastPosition }]);
    }
    expect(lease.lastPosition).toBe(model.lastPosition);
    model.epoch = lease.epoch;
    return lease;
  }

  #model(shardId: number): ShardModel {
    const model = this.#models.get(shardId) ?? new ShardModel();
    this.#models.set(shardId, model);
    return model;
  }

  #key(shardId: number, run: number) {
    return runKey(`w${run}`, `run ${run}`, `round ${this.round} shard ${shardId}`);
  }
}

describeEveryStore((harness) => {
  describe('any sequence of commits, materialisations, acquisitions and reopenings', () => {
    it('leaves what a model says', async () => {
      let round = 0;
      await fc.assert(
        fc.asyncProperty(steps, async (sequence) => {
          const comparison = new Comparison(harness(), round++);
          for (const step of sequence) await comparison.perform(step);
          await comparison.check();
        }),
        { numRuns: 12 },
      );
    }, 60_000);
  });
});
