import { InFlightSet } from '@perdure/protocol/in-flight';
import type { Clock, ClockTimer } from '../clock.js';
import { Backlog } from './backlog.js';
import type { Poller } from './poller.js';
import { RateLimit } from './rate-limit.js';
import { RateMeter } from './rate-meter.js';
import { SparePolls } from './spare-polls.js';
import type { PendingTask } from './task.js';

/** A poller counts as present this long after its last poll. Temporal's matching service uses the same time. */
const POLLER_RECENT_MS = 10_000;
/** A poll that waited longer for its task was not needed. Temporal's matching service uses the same time. */
const POLL_TO_SPARE_MS = 1_000;
/** Pollers are listed this long after their last poll. */
const POLLER_LISTED_MS = 5 * 60_000;

/** A worker that has polled this queue. */
export interface PollerInfo {
  readonly identity: string;
  readonly lastAccessMs: number;
  readonly ratePerSecond: number;
}

/** One task queue: tasks that wait for pollers, or pollers that wait for tasks, never both (but for a rate limit). */
export class TaskQueue {
  private readonly backlog = new Backlog();
  private readonly pollers = new InFlightSet<Poller>();
  private readonly seen = new Map<string, { readonly identity: string; lastAccessMs: number }>();
  private readonly rateLimit: RateLimit;
  private readonly added: RateMeter;
  private readonly dispatched: RateMeter;
  private readonly sparePolls: SparePolls;
  private retry: ClockTimer | undefined;
  private lastPollMs = -Infinity;
  private isStopped = false;

  constructor(
    private readonly clock: Clock,
    /** Whether a worker has said that it takes no more tasks. */
    private readonly hasLeft: (workerInstanceKey: string) => boolean = () => false,
  ) {
    this.rateLimit = new RateLimit(clock);
    this.added = new RateMeter(clock);
    this.dispatched = new RateMeter(clock);
    this.sparePolls = new SparePolls(clock.nowMs());
  }

  /** Hands the task to a waiting poller at once, or keeps it until one comes. */
  offer(task: PendingTask): void {
    this.added.mark();
    this.backlog.push(task);
    this.match();
  }

  /** Takes back a task that was dispatched and did not reach its poller: it is first in line again. */
  putBack(task: PendingTask): void {
    this.backlog.unshift(task);
    this.match();
  }

  /** Takes a task away that nobody waits for any more; one that has been dispatched is left as it is. */
  withdraw(task: PendingTask): void {
    this.backlog.remove(task);
  }

  /** Lets a poller wait for a task. One whose worker has left, or of a queue that has been stopped, is answered at once. */
  poll(poller: Poller, maxTasksPerSecond: number | undefined): void {
    if (maxTasksPerSecond !== undefined) this.rateLimit.set(maxTasksPerSecond);
    if (this.mayNotWait(poller)) return poller.answerEmpty();
    this.recordPoll(poller.identity);
    poller.returnToQueue = () => this.takeBack(poller);
    poller.place = this.pollers.add(poller);
    if (this.backlog.length === 0) {
      poller.toSpareFromMs = this.clock.nowMs() + POLL_TO_SPARE_MS;
      return;
    }
    // A queue that is held back by a limit does not get faster by being polled more.
    poller.scalingDelta = this.rateLimit.isSet ? 0 : 1;
    this.match();
  }

  /** The caller has gone, or has been answered. One that waited until now was present until now. */
  forget(poller: Poller): void {
    if (poller.place?.remove() === true) this.recordPoll(poller.identity);
  }

  /** Whether some worker polls this queue, now or a moment ago. */
  hasRecentPoller(): boolean {
    return this.pollers.size > 0 || this.clock.nowMs() - this.lastPollMs < POLLER_RECENT_MS;
  }

  /** Its worker has gone for good: nobody counts as present, and what waits is returned. */
  abandon(): PendingTask[] {
    this.answerAllEmpty();
    this.lastPollMs = -Infinity;
    this.seen.clear();
    return this.backlog.drain();
  }

  /** Ends the polls of a worker with nothing. One that has been given a task already is answered with it. */
  dismiss(workerInstanceKey: string): void {
    for (const poller of this.pollers.toArray()) {
      if (poller.workerInstanceKey !== workerInstanceKey) continue;
      poller.place?.remove();
      poller.answerEmpty();
    }
  }

  /** Ends every poll with nothing, now and from now on. */
  stop(): void {
    this.isStopped = true;
    this.retry?.cancel();
    this.answerAllEmpty();
  }

  /** Ends every poll with nothing. */
  answerAllEmpty(): void {
    const waiting = this.pollers.toArray();
    for (const poller of waiting) poller.place?.remove();
    for (const poller of waiting) poller.answerEmpty();
  }

  /** Nothing waits here, and nobody has polled for a while. */
  get isIdle(): boolean {
    return (
      this.backlog.length === 0 && this.pollers.size === 0 && this.clock.nowMs() - this.lastPollMs > POLLER_LISTED_MS
    );
  }

  /** Tasks that wait for a poller. */
  get backlogCount(): number {
    return this.backlog.length;
  }

  /** The rate that workers have set for the whole queue; 100,000 as long as none has. */
  get tasksPerSecond(): number {
    return this.rateLimit.perSecond;
  }

  /** Pollers that wait for a task. */
  get waitingPollers(): number {
    return this.pollers.size;
  }

  /** What DescribeTaskQueue tells. */
  stats(): {
    readonly backlogCount: number;
    readonly backlogAgeMs: number;
    readonly addRate: number;
    readonly dispatchRate: number;
  } {
    const oldestMs = this.backlog.oldestMs();
    return {
      backlogCount: this.backlog.length,
      backlogAgeMs: oldestMs === undefined ? 0 : Math.max(0, this.clock.nowMs() - oldestMs),
      addRate: this.added.perSecond(),
      dispatchRate: this.dispatched.perSecond(),
    };
  }

  /** Workers that polled in the last minutes, latest first. */
  recentPollers(): PollerInfo[] {
    this.forgetOldPollers();
    const ratePerSecond = this.rateLimit.perSecond;
    return [...this.seen.values()]
      .map(({ identity, lastAccessMs }) => ({ identity, lastAccessMs, ratePerSecond }))
      .sort((left, right) => right.lastAccessMs - left.lastAccessMs);
  }

  /** Workers that have not polled for long are not listed any more. */
  forgetOldPollers(): void {
    const sinceMs = this.clock.nowMs() - POLLER_LISTED_MS;
    for (const [identity, info] of this.seen) if (info.lastAccessMs < sinceMs) this.seen.delete(identity);
  }

  private recordPoll(identity: string): void {
    this.lastPollMs = this.clock.nowMs();
    const known = this.seen.get(identity);
    if (known === undefined) this.seen.set(identity, { identity, lastAccessMs: this.lastPollMs });
    else known.lastAccessMs = this.lastPollMs;
  }

  private takeBack(poller: Poller): void {
    if (poller.isDone) return;
    if (this.mayNotWait(poller)) return poller.answerEmpty();
    poller.place = this.pollers.addFirst(poller);
    this.match();
  }

  private mayNotWait(poller: Poller): boolean {
    return this.isStopped || (poller.workerInstanceKey !== '' && this.hasLeft(poller.workerInstanceKey));
  }

  private match(): void {
    while (this.backlog.length > 0) {
      const poller = this.firstPoller();
      if (poller === undefined) return;
      const waitMs = this.rateLimit.take();
      if (waitMs > 0) {
        this.retryAfter(waitMs);
        return;
      }
      const task = this.backlog.shift();
      if (task === undefined) return;
      poller.place?.remove();
      this.dispatched.mark();
      if (poller.scalingDelta === 0) {
        const nowMs = this.clock.nowMs();
        this.sparePolls.note(this.pollers.size, nowMs);
        if (nowMs >= poller.toSpareFromMs || this.sparePolls.take()) poller.scalingDelta = -1;
      }
      task.dispatch(poller);
    }
  }

  private firstPoller(): Poller | undefined {
    let poller = this.pollers.peek();
    while (poller?.isDone === true) {
      poller.place?.remove();
      poller = this.pollers.peek();
    }
    return poller;
  }

  private retryAfter(waitMs: number): void {
    if (this.retry !== undefined) return;
    this.retry = this.clock.callAt(this.clock.nowMs() + waitMs, () => {
      this.retry = undefined;
      this.match();
    });
  }
}
