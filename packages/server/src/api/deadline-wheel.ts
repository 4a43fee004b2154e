import type { Clock, ClockTimer } from '../clock.js';

/** Something with a deadline; the links belong to the wheel. */
export interface WheelEntry {
  readonly deadlineMs: number | undefined;
  onDeadline(): void;
  previousInWheel: WheelEntry | undefined;
  nextInWheel: WheelEntry | undefined;
  wheelSlot: number;
}

/** Deadlines are met within one tick, always late, never early. */
const TICK_MS = 16;
/** A power of two; the wheel turns once in 65 s, which covers the usual long poll. */
const SLOTS = 4096;
const NO_SLOT = -1;

/**
 * Deadlines of all calls behind a single timer. Adding and removing an entry is a few pointer writes, where a timer a
 * call would cost more than the rest of its bookkeeping. The timer sleeps until the next slot that holds an entry.
 */
export class DeadlineWheel {
  private readonly slots = new Array<WheelEntry | undefined>(SLOTS).fill(undefined);
  private count = 0;
  /** The last tick whose slot was visited. */
  private visitedTick: number;
  private wakeTick = Infinity;
  private timer: ClockTimer | undefined;
  private readonly onTimer = (): void => this.turn();

  constructor(private readonly clock: Clock) {
    this.visitedTick = Math.floor(clock.nowMs() / TICK_MS);
  }

  /** Entries that wait. */
  get size(): number {
    return this.count;
  }

  /** Calls `onDeadline` once, when the entry's deadline has passed, unless it is removed before. */
  add(entry: WheelEntry): void {
    if (entry.deadlineMs === undefined) return;
    const tick = Math.max(Math.ceil(entry.deadlineMs / TICK_MS), this.currentTick() + 1);
    const slot = tick & (SLOTS - 1);
    const first = this.slots[slot];
    entry.wheelSlot = slot;
    entry.previousInWheel = undefined;
    entry.nextInWheel = first;
    if (first !== undefined) first.previousInWheel = entry;
    this.slots[slot] = entry;
    this.count++;
    if (tick < this.wakeTick) this.wakeAt(tick);
  }

  /** Removes an entry; harmless when it is not there. */
  remove(entry: WheelEntry): void {
    if (entry.wheelSlot === NO_SLOT) return;
    const { previousInWheel: previous, nextInWheel: next } = entry;
    if (previous === undefined) this.slots[entry.wheelSlot] = next;
    else previous.nextInWheel = next;
    if (next !== undefined) next.previousInWheel = previous;
    entry.wheelSlot = NO_SLOT;
    entry.previousInWheel = undefined;
    entry.nextInWheel = undefined;
    this.count--;
  }

  /** Forgets every entry and stops the timer. */
  close(): void {
    this.timer?.cancel();
    this.slots.fill(undefined);
    this.count = 0;
    this.wakeTick = Infinity;
  }

  /** An idle wheel need not be walked tick by tick when it is used again. */
  private currentTick(): number {
    if (this.count === 0) this.visitedTick = Math.floor(this.clock.nowMs() / TICK_MS);
    return this.visitedTick;
  }

  private turn(): void {
    this.wakeTick = Infinity;
    const nowMs = this.clock.nowMs();
    const nowTick = Math.floor(nowMs / TICK_MS);
    const from = Math.max(this.visitedTick + 1, nowTick - SLOTS + 1);
    this.visitedTick = nowTick;
    for (let tick = from; tick <= nowTick && this.count > 0; tick++) this.visit(tick & (SLOTS - 1), nowMs);
    this.sleep();
  }

  private visit(slot: number, nowMs: number): void {
    // An entry more than one turn of the wheel away stays in its slot.
    const due: WheelEntry[] = [];
    for (let entry = this.slots[slot]; entry !== undefined; entry = entry.nextInWheel) {
      if ((entry.deadlineMs ?? Infinity) <= nowMs) due.push(entry);
    }
    for (const entry of due) {
      if (entry.wheelSlot === NO_SLOT) continue;
      this.remove(entry);
      entry.onDeadline();
    }
  }

  private sleep(): void {
    if (this.count === 0) return;
    for (let tick = this.visitedTick + 1; tick <= this.visitedTick + SLOTS; tick++) {
      if (this.slots[tick & (SLOTS - 1)] !== undefined) return this.wakeAt(tick);
    }
  }

  private wakeAt(tick: number): void {
    this.timer?.cancel();
    this.wakeTick = tick;
    this.timer = this.clock.callAt(tick * TICK_MS, this.onTimer);
  }
}
