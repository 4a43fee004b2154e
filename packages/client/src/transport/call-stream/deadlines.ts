import { type InFlightEntry, InFlightSet } from '@perdure/protocol/in-flight';

/** Something that is over at a time, unless it is taken back before. */
export interface Expiring {
  /** In the time of `performance.now()`. */
  readonly dueAtMs: number;
  /** The time has come: it takes itself back. */
  expire(): void;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Times that nothing waits for any more are kept in mind, as long as they are no more than this. */
const MOST_IDLE_TIMES = 16;

/**
 * Deadlines of calls. Nearly all calls wait for one of a few times, and are over long before: those that wait for the same time form a line,
 * and share a timer. The timer keeps no process alive: who waits for an answer has a connection that does.
 */
export class Deadlines {
  private readonly lines = new Map<number, Line>();

  /** Lets something expire that waits for `timeoutMs` from now on. */
  add(item: Expiring, timeoutMs: number): InFlightEntry<Expiring> {
    let line = this.lines.get(timeoutMs);
    if (line === undefined) this.lines.set(timeoutMs, (line = new Line(timeoutMs)));
    return line.add(item);
  }

  /** Takes something back: the time is that which it was added with. */
  remove(entry: InFlightEntry<Expiring>, timeoutMs: number): void {
    entry.remove();
    if (this.lines.size <= MOST_IDLE_TIMES) return;
    const line = this.lines.get(timeoutMs);
    if (line?.isEmpty !== true) return;
    line.stop();
    this.lines.delete(timeoutMs);
  }
}

/** What expires after the same time: the first of them first. */
class Line {
  private readonly items = new InFlightSet<Expiring>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly timeoutMs: number) {}

  get isEmpty(): boolean {
    return this.items.size === 0;
  }

  add(item: Expiring): InFlightEntry<Expiring> {
    if (this.timer === undefined) this.wait(this.timeoutMs);
    return this.items.add(item);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private wait(delayMs: number): void {
    this.timer = setTimeout(this.expire, Math.min(Math.ceil(delayMs), LONGEST_TIMER_MS)).unref();
  }

  /** The timer is set anew when it goes off, not when the first of the line is taken back: that happens with every call. */
  private readonly expire = (): void => {
    const nowMs = performance.now();
    for (const item of this.items.toArray()) if (item.dueAtMs <= nowMs) item.expire();
    const first = this.items.peek();
    if (first === undefined) this.timer = undefined;
    else this.wait(Math.max(1, first.dueAtMs - nowMs));
  };
}
