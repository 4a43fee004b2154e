import type { Clock, ClockTimer } from '../clock.js';
import { TaskQueue } from './task-queue.js';
import type { QueueKey } from './task.js';

const SWEEP_EVERY_MS = 60_000;

/** Every task queue of this node, made when first used and dropped when long idle. */
export class Matching {
  private readonly queues = new Map<string, { readonly key: QueueKey; readonly queue: TaskQueue }>();
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
    const queue = new TaskQueue(this.clock);
    if (this.isStopped) queue.stop();
    this.queues.set(text, { key, queue });
    return queue;
  }

  /** The queue if somebody uses it; asking does not make it. */
  existing(key: QueueKey): TaskQueue | undefined {
    return this.queues.get(keyText(key))?.queue;
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
