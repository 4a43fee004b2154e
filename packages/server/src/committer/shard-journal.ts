import type { AcquiredShard, JournalGroup } from '../store/index.js';
import { CommitFailedError } from './errors.js';

/** Called once when what it was given for is durable, or with the reason why it is not. */
export type CommitCallback = (failure?: CommitFailedError) => void;

/** Transitions that will be one journal row, and who waits for it. */
export interface OpenGroup {
  readonly position: number;
  readonly transitions: Uint8Array[];
  readonly callbacks: CommitCallback[];
  readonly openedAtMs: number;
  sizeBytes: number;
  durable: Promise<void> | undefined;
}

/** What a shard journal asks of its committer. */
export interface GroupSink {
  readonly maximumGroupBytes: number;
  nowMs(): number;
  /** The journal has something to take. */
  wake(journal: ShardJournal): void;
}

/**
 * The writing end of one shard's journal. `enqueue` never waits and never fails by throwing: everything enqueued in one
 * turn of the event loop becomes one journal row, and its callbacks run in the order they were given.
 *
 * After a failure every waiting and later callback gets the same `CommitFailedError`: attach the shard again.
 */
export class ShardJournal {
  readonly shardId: number;
  readonly epoch: number;
  readonly #sink: GroupSink;
  /** Groups not yet sent, oldest first. Only the last one takes more transitions. */
  #waiting: OpenGroup[] = [];
  /** Groups sent and not yet settled, oldest first. */
  readonly #sent: OpenGroup[] = [];
  #nextPosition: number;
  #failure: CommitFailedError | undefined;

  constructor(shard: AcquiredShard, sink: GroupSink) {
    this.shardId = shard.shardId;
    this.epoch = shard.epoch;
    this.#nextPosition = shard.lastPosition + 1;
    this.#sink = sink;
  }

  /** Why nothing more is written, or undefined while all is well. */
  get failure(): CommitFailedError | undefined {
    return this.#failure;
  }

  /** Transitions enqueued and not yet sent. */
  get queuedTransitions(): number {
    return this.#waiting.reduce((sum, group) => sum + group.transitions.length, 0);
  }

  /**
   * Adds an encoded transition, which must not be changed afterwards, and returns the journal position it gets (the
   * `throughPosition` that covers it). `callback` runs when it is durable; leave it out when nobody waits.
   */
  enqueue(transition: Uint8Array, callback?: CommitCallback): number {
    const group = this.#openGroup();
    group.transitions.push(transition);
    group.sizeBytes += transition.byteLength;
    if (callback !== undefined) this.#await(group, callback);
    return group.position;
  }

  /** Runs the callback when everything enqueued so far is durable; at once when it is already. */
  afterCommit(callback: CommitCallback): void {
    const last = this.#waiting.at(-1) ?? this.#sent.at(-1);
    if (this.#failure !== undefined || last === undefined) callback(this.#failure);
    else last.callbacks.push(callback);
  }

  /** Resolves when everything enqueued so far is durable. One promise per group, however often it is asked for. */
  committed(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const last = this.#waiting.at(-1) ?? this.#sent.at(-1);
    if (last === undefined) return Promise.resolve();
    last.durable ??= new Promise((resolve, reject) => {
      last.callbacks.push((failure) => (failure === undefined ? resolve() : reject(failure)));
    });
    return last.durable;
  }

  /** For the committer: takes every waiting group, to be settled in order. */
  take(): readonly JournalGroup[] {
    const taken = this.#waiting;
    this.#waiting = [];
    this.#sent.push(...taken);
    const { shardId, epoch } = this;
    return taken.map(({ position, transitions }) => ({ shardId, epoch, position, transitions }));
  }

  /** For the committer: when the oldest waiting transition was enqueued. */
  get waitingSinceMs(): number | undefined {
    return this.#waiting[0]?.openedAtMs;
  }

  /** For the committer: the oldest `count` groups sent are durable. After a failure that is of no use to anyone. */
  succeed(count: number): void {
    if (this.#failure === undefined) for (const group of this.#sent.splice(0, count)) run(group.callbacks);
  }

  /** For the committer: nothing that is sent or waiting will be acknowledged. Returns how many transitions that is. */
  fail(cause: unknown): number {
    if (this.#failure !== undefined) return 0;
    this.#failure = new CommitFailedError(this.shardId, cause);
    const lost = [...this.#sent.splice(0), ...this.#waiting.splice(0)];
    for (const group of lost) run(group.callbacks, this.#failure);
    return lost.reduce((sum, group) => sum + group.transitions.length, 0);
  }

  #openGroup(): OpenGroup {
    const last = this.#waiting.at(-1);
    if (last !== undefined && last.sizeBytes < this.#sink.maximumGroupBytes) return last;
    const group: OpenGroup = {
      position: this.#nextPosition++,
      transitions: [],
      callbacks: [],
      openedAtMs: this.#sink.nowMs(),
      sizeBytes: 0,
      durable: undefined,
    };
    // A failed journal opens groups that nobody takes, so that callers need no second way to be told.
    if (this.#failure === undefined) {
      this.#waiting.push(group);
      this.#sink.wake(this);
    }
    return group;
  }

  #await(group: OpenGroup, callback: CommitCallback): void {
    if (this.#failure === undefined) group.callbacks.push(callback);
    else callback(this.#failure);
  }
}

/** A callback that throws is a bug of its owner: the others still run, and the error surfaces as uncaught. */
function run(callbacks: readonly CommitCallback[], failure?: CommitFailedError): void {
  for (const callback of callbacks) {
    try {
      callback(failure);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
