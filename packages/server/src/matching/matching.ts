import type { Clock, ClockTimer } from '../clock.js';
import { TaskQueue } from './task-queue.js';
import type { QueueKey } from './task.js';

const SWEEP_EVERY_MS = 60_000;
/** A poll that was on its way when its worker left arrives within this time. */
const LEFT_REMEMBERED_MS = 60_000;

/** Every task queue of this node, made when first used and dropped when long idle. */
export class Matching {
  private readonly queues = new Map<string, { readonly key: QueueKey; readonly queue: TaskQueue }>();
  /** Workers that have left, by their instance keys, and when. */
  private readonly left = new Map<string, number>();
  private sweep: ClockTimer;
  private isStopped = false;

  constructor(private readonly clock: Clock) {
    this.sweep = this.sweepLater();
  }

  /** The queue of this name. */
  queue(key: QueueKey): TaskQueue {
    const text = keyText(key);
    const present = this.queues.get(text);
    if (present !== undefined) return present.queue;
    const queue = new TaskQueue(this.clock, (workerInstanceKey) => this.left.has(workerInstanceKey));
    if (this.isStopped) queue.stop();
    this.queues.set(text, { key, queue });
    return queue;
  }

  /** The queue if somebody uses it; asking does not make it. */
  existing(key: QueueKey): TaskQueue | undefined {
    return this.queues.get(keyText(key))?.queue;
  }

  /**
   * A worker takes no more tasks: its polls of these queues are ended with nothing, and so are those that are still on their way.
   * A task that one of them has been given before is on its way to the worker, which must wait for the end of its polls.
   */
  dismiss(workerInstanceKey: string, keys: readonly QueueKey[]): void {
    this.left.set(workerInstanceKey, this.clock.nowMs());
    for (const key of keys) this.existing(key)?.dismiss(workerInstanceKey);
  }

  /** Ends every poll with nothing. */
  answerAllEmpty(): void {
    for (const { queue } of this.queues.values()) queue.answerAllEmpty();
  }

  /** Ends every poll with nothing, and every later one at once: the server is stopping. */
  stop(): void {
    this.isStopped = true;
    this.sweep.cancel();
    for (const { queue } of this.queues.values()) queue.stop();
  }

  /** Sums over all queues, for metrics. */
  totals(): { readonly queues: number; readonly backlog: number; readonly pollers: number } {
    let backlog = 0;
    let pollers = 0;
    for (const { queue } of this.queues.values()) {
      backlog += queue.backlogCount;
      pollers += queue.waitingPollers;
    }
    return { queues: this.queues.size, backlog, pollers };
  }

  private sweepLater(): ClockTimer {
    return this.clock.callAt(this.clock.nowMs() + SWEEP_EVERY_MS, () => {
      const rememberedSinceMs = this.clock.nowMs() - LEFT_REMEMBERED_MS;
      for (const [key, leftMs] of this.left) if (leftMs < rememberedSinceMs) this.left.delete(key);
      for (const [text, { queue }] of this.queues) {
        queue.forgetOldPollers();
        if (queue.isIdle) this.queues.delete(text);
      }
      this.sweep = this.sweepLater();
    });
  }
}

function keyText({ namespaceId, kind, name }: QueueKey): string {
  return `${kind}\n${namespaceId}\n${name}`;
}
