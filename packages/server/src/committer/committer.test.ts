import { describe, expect, it } from 'vitest';
import { MemoryDisk, openStore, ShardFencedError, StoreFailedError } from '../store/index.js';
import type { AcquiredShard, JournalGroup, MemoryFaults, Store } from '../store/index.js';
import { Committer } from './committer.js';
import type { CommitterOptions } from './committer.js';
import { CommitFailedError } from './errors.js';

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A committer on a store in memory that records what reaches the store, with turns ended by hand. */
class Bench {
  readonly commits: string[][] = [];
  readonly committer: Committer;
  readonly #turns: (() => void)[] = [];

  constructor(
    readonly store: Store,
    options: Partial<CommitterOptions> = {},
  ) {
    const commit = (groups: readonly JournalGroup[]): Promise<void> => {
      this.commits.push(
        groups.map(({ shardId, position, transitions }) => `${shardId}.${position}:${transitions.length}`),
      );
      return store.commit(groups);
    };
    this.committer = new Committer({ store: { commit }, schedule: (step) => this.#turns.push(step), ...options });
  }

  endTurn(): void {
    for (const step of this.#turns.splice(0)) step();
  }

  acquire(shardId = 0): Promise<AcquiredShard> {
    return this.store.acquireShard({ shardId, ownerId: 'test', leaseUntilMs: 0 });
  }
}

async function createBench(options: Partial<CommitterOptions> = {}, faults?: MemoryFaults): Promise<Bench> {
  const disk = new MemoryDisk();
  return new Bench(await openStore({ kind: 'memory', clusterId: 'c', shardCount: 3, disk, faults }), options);
}

/** A store whose commits wait until they are let go, one by one. */
function gate(): { readonly faults: MemoryFaults; readonly open: () => Promise<void> } {
  const waiting: (() => void)[] = [];
  return {
    faults: {
      beforeWrite: (operation) =>
        operation === 'commit' ? new Promise((resolve) => waiting.push(resolve)) : undefined,
    },
    open: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      waiting.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe('Committer', () => {
  it('makes one journal row per shard and turn, in one commit', async () => {
    const bench = await createBench();
    const one = bench.committer.attach(await bench.acquire(0));
    const two = bench.committer.attach(await bench.acquire(1));
    expect([one.enqueue(bytes('a')), two.enqueue(bytes('b')), one.enqueue(bytes('c'))]).toEqual([1, 1, 1]);
    bench.endTurn();
    await Promise.all([one.committed(), two.committed()]);
    expect(one.enqueue(bytes('d'))).toBe(2);
    bench.endTurn();
    await one.committed();
    expect(bench.commits).toEqual([['0.1:2', '1.1:1'], ['0.2:1']]);
  });

  it('runs callbacks in the order they were given, and only once it is durable', async () => {
    const { faults, open } = gate();
    const bench = await createBench({}, faults);
    const journal = bench.committer.attach(await bench.acquire());
    const order: string[] = [];
    journal.enqueue(bytes('a'), () => order.push('a'));
    journal.afterCommit(() => order.push('after a'));
    journal.enqueue(bytes('b'), () => order.push('b'));
    bench.endTurn();
    journal.enqueue(bytes('c'), () => order.push('c'));
    journal.afterCommit(() => order.push('after c'));
    bench.endTurn();
    await Promise.resolve();
    expect(order).toEqual([]);
    await open();
    expect(order).toEqual(['a', 'after a', 'b']);
    await open();
    expect(order).toEqual(['a', 'after a', 'b', 'c', 'after c']);
    journal.afterCommit(() => order.push('at once'));
    expect(order.at(-1)).toBe('at once');
  });

  it('never has more commits under way than its limit; what waits becomes one group', async () => {
    const { faults, open } = gate();
    const bench = await createBench({ maximumCommitsInFlight: 2 }, faults);
    const journal = bench.committer.attach(await bench.acquire());
    for (const text of ['a', 'b', 'c', 'd', 'e']) {
      journal.enqueue(bytes(text));
      bench.endTurn();
    }
    expect(bench.commits).toEqual([['0.1:1'], ['0.2:1']]);
    expect(bench.committer.metrics()).toMatchObject({ commitsInFlight: 2, queuedTransitions: 3 });
    await open();
    expect(bench.commits).toEqual([['0.1:1'], ['0.2:1'], ['0.3:3']]);
  });

  it('closes a row that has grown large', async () => {
    const bench = await createBench({ maximumGroupBytes: 10 });
    const journal = bench.committer.attach(await bench.acquire());
    const positions = Array.from({ length: 5 }, () => journal.enqueue(bytes('6bytes')));
    expect(positions).toEqual([1, 1, 2, 2, 3]);
    bench.endTurn();
    await journal.committed();
    expect(bench.commits).toEqual([['0.1:2', '0.2:2', '0.3:1']]);
  });

  it('gives one promise per group, however many ask', async () => {
    const bench = await createBench();
    const journal = bench.committer.attach(await bench.acquire());
    journal.enqueue(bytes('a'));
    expect(journal.committed()).toBe(journal.committed());
    bench.endTurn();
    await journal.committed();
  });

  it('fails the fenced shard and no other, until it is attached again', async () => {
    const bench = await createBench();
    const fenced = bench.committer.attach(await bench.acquire(0));
    const owned = bench.committer.attach(await bench.acquire(1));
    const again = await bench.acquire(0);
    const failures: (CommitFailedError | undefined)[] = [];
    fenced.enqueue(bytes('a'), (failure) => failures.push(failure));
    owned.enqueue(bytes('b'));
    bench.endTurn();
    fenced.enqueue(bytes('c'), (failure) => failures.push(failure));
    bench.endTurn();
    await owned.committed();
    await expect(fenced.committed()).rejects.toThrow(CommitFailedError);
    expect(failures).toEqual([fenced.failure, fenced.failure]);
    expect(fenced.failure?.cause).toBeInstanceOf(ShardFencedError);
    expect(fenced.failure?.message).toMatch(
      /^Transitions of shard 0 were not committed: .* Acquire and load the shard again\.$/,
    );
    fenced.enqueue(bytes('d'), (failure) => failures.push(failure));
    fenced.afterCommit((failure) => failures.push(failure));
    expect(failures).toHaveLength(4);
    const recovered = bench.committer.attach(again);
    recovered.enqueue(bytes('e'));
    bench.endTurn();
    await recovered.committed();
    expect(bench.committer.metrics()).toMatchObject({ failedTransitions: 2, queuedTransitions: 0, commitsInFlight: 0 });
  });

  it('fails every shard when the store fails', async () => {
    let isFull = false;
    const bench = await createBench(
      {},
      {
        beforeWrite: () => {
          if (isFull) throw new Error('disk full');
        },
      },
    );
    const journals = [bench.committer.attach(await bench.acquire(0)), bench.committer.attach(await bench.acquire(1))];
    isFull = true;
    for (const journal of journals) journal.enqueue(bytes('x'));
    bench.endTurn();
    for (const journal of journals) {
      await expect(journal.committed()).rejects.toThrow(CommitFailedError);
      expect(journal.failure?.cause).toBeInstanceOf(StoreFailedError);
    }
  });

  it('counts commits and hands out their latencies', async () => {
    let nowMs = 100;
    const samples: unknown[] = [];
    const bench = await createBench({ nowMs: () => nowMs, onCommit: (sample) => samples.push(sample) });
    const journal = bench.committer.attach(await bench.acquire());
    journal.enqueue(bytes('four'));
    nowMs = 101;
    journal.enqueue(bytes('four'));
    nowMs = 103;
    bench.endTurn();
    await journal.committed();
    expect(samples).toEqual([{ groups: 1, transitions: 2, sizeBytes: 8, latencyMs: 3 }]);
    expect(bench.committer.metrics()).toMatchObject({
      commits: 1,
      groups: 1,
      transitions: 2,
      sizeBytes: 8,
      totalLatencyMs: 3,
    });
  });

  it('goes on from where the journal ended', async () => {
    const bench = await createBench();
    const first = bench.committer.attach(await bench.acquire());
    first.enqueue(bytes('a'));
    bench.endTurn();
    await first.committed();
    const second = bench.committer.attach(await bench.acquire());
    expect(second.enqueue(bytes('b'))).toBe(2);
    bench.endTurn();
    await second.committed();
  });
});
