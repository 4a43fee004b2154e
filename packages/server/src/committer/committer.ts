import { ShardFencedError } from '../store/index.js';
import type { AcquiredShard, JournalGroup, Store } from '../store/index.js';
import { MetricsCounter } from './metrics.js';
import type { CommitSample, CommitterMetrics } from './metrics.js';
import { ShardJournal } from './shard-journal.js';

/**
 * Commits under way at once. One writes while the next is on its way to the thread; more only shortens the groups,
 * and a group waits no less for being sent early.
 */
export const defaultMaximumCommitsInFlight = 2;
/** A journal row is closed once it holds this much; the rest of the moment goes into the next row. */
export const defaultMaximumGroupBytes = 4 * 1024 * 1024;

/** What a committer needs. */
export interface CommitterOptions {
  readonly store: Pick<Store, 'commit'>;
  readonly maximumCommitsInFlight?: number;
  readonly maximumGroupBytes?: number;
  /** Monotonic milliseconds, for latencies only. Default: `performance.now`. */
  readonly nowMs?: () => number;
  /** Runs a step at the end of this turn of the event loop. Default: `setImmediate`. */
  readonly schedule?: (step: () => void) => void;
  /** Told of each durable commit, for histograms. */
  readonly onCommit?: (sample: CommitSample) => void;
}

/** Groups the transitions of every shard of this node, turn by turn, into durable commits. */
export class Committer {
  readonly #store: Pick<Store, 'commit'>;
  readonly #maximumCommitsInFlight: number;
  readonly #maximumGroupBytes: number;
  readonly #nowMs: () => number;
  readonly #schedule: (step: () => void) => void;
  readonly #onCommit: ((sample: CommitSample) => void) | undefined;
  readonly #metrics = new MetricsCounter();
  readonly #waiting = new Set<ShardJournal>();
  #inFlight = 0;
  #isScheduled = false;
  readonly #flush = (): void => this.#send();

  constructor(options: CommitterOptions) {
    this.#store = options.store;
    this.#maximumCommitsInFlight = options.maximumCommitsInFlight ?? defaultMaximumCommitsInFlight;
    this.#maximumGroupBytes = options.maximumGroupBytes ?? defaultMaximumGroupBytes;
    this.#nowMs = options.nowMs ?? ((): number => performance.now());
    this.#schedule = options.schedule ?? setImmediate;
    this.#onCommit = options.onCommit;
  }

  /** Starts writing for a shard just acquired. Recovery must be done: positions go on from `lastPosition`. */
  attach(shard: AcquiredShard): ShardJournal {
    return new ShardJournal(shard, {
      maximumGroupBytes: this.#maximumGroupBytes,
      nowMs: this.#nowMs,
      wake: (journal) => this.#wake(journal),
    });
  }

  /** Totals and what is under way. */
  metrics(): CommitterMetrics {
    let queuedTransitions = 0;
    for (const journal of this.#waiting) queuedTransitions += journal.queuedTransitions;
    return { ...this.#metrics.totals(), commitsInFlight: this.#inFlight, queuedTransitions };
  }

  #wake(journal: ShardJournal): void {
    this.#waiting.add(journal);
    if (this.#isScheduled || this.#inFlight >= this.#maximumCommitsInFlight) return;
    this.#isScheduled = true;
    this.#schedule(this.#flush);
  }

  /** Sends everything that waits, or leaves it to grow while enough is under way. */
  #send(): void {
    this.#isScheduled = false;
    if (this.#waiting.size === 0 || this.#inFlight >= this.#maximumCommitsInFlight) return;
    const journals = [...this.#waiting];
    this.#waiting.clear();
    const sinceMs = Math.min(...journals.map((journal) => journal.waitingSinceMs ?? Infinity));
    const taken = journals.map((journal) => ({ journal, groups: journal.take() }));
    const groups = taken.flatMap((part) => part.groups);
    if (groups.length === 0) return;
    this.#inFlight++;
    this.#store.commit(groups).then(
      () => this.#settle(taken, groups, sinceMs, undefined),
      (error: unknown) => this.#settle(taken, groups, sinceMs, error),
    );
  }

  /** The next commit is sent before the callbacks run, so that the disk does not wait for them. */
  #settle(taken: readonly TakenGroups[], groups: readonly JournalGroup[], sinceMs: number, error: unknown): void {
    this.#inFlight--;
    this.#send();
    const fencedIds = error instanceof ShardFencedError ? error.shardIds : undefined;
    for (const part of taken) {
      const failed = error !== undefined && (fencedIds === undefined || fencedIds.includes(part.journal.shardId));
      if (failed) this.#metrics.failed(part.journal.fail(error));
      else part.journal.succeed(part.groups.length);
    }
    if (error === undefined || fencedIds !== undefined) this.#record(groups, sinceMs);
  }

  #record(groups: readonly JournalGroup[], sinceMs: number): void {
    let transitions = 0;
    let sizeBytes = 0;
    for (const group of groups) {
      transitions += group.transitions.length;
      for (const transition of group.transitions) sizeBytes += transition.byteLength;
    }
    const sample = { groups: groups.length, transitions, sizeBytes, latencyMs: this.#nowMs() - sinceMs };
    this.#metrics.succeeded(sample);
    this.#onCommit?.(sample);
  }
}

interface TakenGroups {
  readonly journal: ShardJournal;
  readonly groups: readonly JournalGroup[];
}
