import type { Clock, ClockTimer } from '../clock.js';
import { TaskQueue } from './task-queue.js';
import type { QueueKey } from './task.js';

const SWEEP_EVERY_MS = 60_000;

/** Every task queue of this node, made when first used and dropped when long idle. */
export class Matching {
  private readonly queues = new Map<string, { readonly key: QueueKey; readonly queue: TaskQueue }>();
  private readonly sweep: ClockTimer[] = [];

  constructor(private readonly clock: Clock) {
    this.armSweep();
  }

  queue(key: QueueKey): TaskQueue {
    const text = keyText(key);
    const present = this.queues.get(text);
    if (present !== undefined) return present.queue;
    const queue = new TaskQueue(this.clock);
    this.queues.set(text, { key, queue });
    return queue;
  }

  /** The queue if somebody uses it; asking does not make it. */
  existing(key: QueueKey): TaskQueue | undefined {
    return this.queues.get(keyText(key))?.queue;
  }

  /** Ends every poll with nothing, before the server stops. */
  answerAllEmpty(): void {
    for (const { queue } of this.queues.values()) queue.answerAllEmpty();
  }

  stop(): void {
    for (const timer of this.sweep) timer.cancel();
    this.answerAllEmpty();
  }

  totals(): { readonly queues: number; readonly backlog: number; readonly pollers: number } {
    let backlog = 0;
    let pollers = 0;
    for (const { queue } of this.queues.values()) {
      backlog += queue.backlogCount;
      pollers += queue.waitingPollers;
    }
    return { queues: this.queues.size, backlog, pollers };
  }

  private armSweep(): void {
    this.sweep.length = 0;
    this.sweep.push(
      this.clock.callAt(this.clock.nowMs() + SWEEP_EVERY_MS, () => {
        for (const [text, { queue }] of this.queues) if (queue.isIdle) this.queues.delete(text);
        this.armSweep();
      }),
    );
  }
}

function keyText({ namespaceId, kind, name }: QueueKey): string {
  return `${kind}\n${namespaceId}\n${name}`;
}
