import type { PendingTask } from './task.js';

/** Removed entries are left in place until there are enough of them to make compaction worth it. */
const COMPACT_AT = 1024;

/** A first-in-first-out queue whose removal from the front costs nothing. */
class Fifo {
  private items: (PendingTask | undefined)[] = [];
  private head = 0;

  push(task: PendingTask): void {
    this.items.push(task);
  }

  /** Puts a task back in front of the others. */
  unshift(task: PendingTask): void {
    if (this.head > 0) this.items[--this.head] = task;
    else this.items.unshift(task);
  }

  peek(): PendingTask | undefined {
    while (this.head < this.items.length && this.items[this.head] === undefined) this.head += 1;
    return this.items[this.head];
  }

  /** Leaves a gap, which `peek` passes over. False if there is no such task. */
  remove(task: PendingTask): boolean {
    const index = this.items.indexOf(task, this.head);
    if (index < 0) return false;
    this.items[index] = undefined;
    this.peek();
    this.compact();
    return true;
  }

  shift(): PendingTask | undefined {
    const task = this.peek();
    if (task === undefined) return undefined;
    this.items[this.head] = undefined;
    this.head += 1;
    this.compact();
    return task;
  }

  drain(): PendingTask[] {
    const rest = this.items.slice(this.head);
    this.items = [];
    this.head = 0;
    return rest.filter((task) => task !== undefined);
  }

  private compact(): void {
    if (this.head < COMPACT_AT || this.head * 2 < this.items.length) return;
    this.items = this.items.slice(this.head);
    this.head = 0;
  }
}

/** Tasks that wait for a poller: by priority, within it in the order of arrival. */
export class Backlog {
  private readonly byPriority = new Map<number, Fifo>();
  private priorities: number[] = [];
  private count = 0;

  /** Tasks that wait. */
  get length(): number {
    return this.count;
  }

  /** Adds a task behind the others of its priority. */
  push(task: PendingTask): void {
    this.fifo(task.priority).push(task);
    this.count += 1;
  }

  /** Puts a task back in front of the others of its priority. */
  unshift(task: PendingTask): void {
    this.fifo(task.priority).unshift(task);
    this.count += 1;
  }

  private fifo(priority: number): Fifo {
    let fifo = this.byPriority.get(priority);
    if (fifo === undefined) {
      fifo = new Fifo();
      this.byPriority.set(priority, fifo);
      this.priorities = [...this.byPriority.keys()].sort((left, right) => left - right);
    }
    return fifo;
  }

  /** Takes the first task of the best priority. */
  shift(): PendingTask | undefined {
    for (const priority of this.priorities) {
      const task = this.byPriority.get(priority)?.shift();
      if (task !== undefined) {
        this.count -= 1;
        return task;
      }
    }
    return undefined;
  }

  /** Takes a task out wherever it stands; of one that is not here nothing comes. */
  remove(task: PendingTask): void {
    if (this.byPriority.get(task.priority)?.remove(task) === true) this.count -= 1;
  }

  /** When the task that has waited longest arrived. */
  oldestMs(): number | undefined {
    let oldest: number | undefined;
    for (const fifo of this.byPriority.values()) {
      const createdMs = fifo.peek()?.createdMs;
      if (createdMs !== undefined && (oldest === undefined || createdMs < oldest)) oldest = createdMs;
    }
    return oldest;
  }

  /** Removes and returns everything. */
  drain(): PendingTask[] {
    const all = this.priorities.flatMap((priority) => this.byPriority.get(priority)?.drain() ?? []);
    this.count = 0;
    return all;
  }
}
