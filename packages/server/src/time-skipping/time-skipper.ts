import type { Clock, ClockTimer } from '../clock.js';
import { SkippingClock } from './skipping-clock.js';

/** What is left to do for one run. */
export interface Undone {
  /** Activity attempts that wait for a worker or are with one. */
  readonly activities: number;
  /** Everything else: its workflow task, what it owes other executions, commits under way. */
  readonly others: number;
}

/** A wait in the time of executions. */
export interface ServerSleep {
  /** Resolves once that time has come, and workflows have reacted to what was due by then. Not after `cancel`. */
  readonly done: Promise<void>;
  cancel(): void;
}

/** Time was unlocked more often than it was locked. */
export class UnbalancedUnlockError extends Error {
  override readonly name = 'UnbalancedUnlockError';
}

/**
 * Turns of the event loop without news before time is sent ahead. A client in this process that hears of a result has
 * locked time again by then.
 */
const QUIET_TURNS = 8;
/** A sleep that is over waits no longer than this, by the machine's clock, for workflow tasks that take long. */
const MAX_SETTLE_MS = 1000;

const NOTHING: Undone = { activities: 0, others: 0 };

/**
 * Sends the clock of executions ahead to whatever is due next, while nothing is left to do and nobody holds time back.
 *
 * There is one counter, as for Temporal's time-skipping test server: locks (one at the start), plus activities that are
 * with a worker or wait for one, minus sleeps that unlock (of activities, for example). While it is above zero, or a
 * workflow task is under way, time goes at the pace of the machine.
 */
export class TimeSkipper {
  /** The time that executions live in. */
  readonly clock: SkippingClock;
  private locks = 1;
  private unlockingSleeps = 0;
  private activities = 0;
  private others = 0;
  private readonly runs = new Map<string, Undone>();
  private readonly settling = new Set<() => void>();
  private quietTurnsLeft = 0;
  private isStopped = false;

  constructor(private readonly machineClock: Clock) {
    this.clock = new SkippingClock(machineClock);
  }

  /** Something of a run has changed. */
  runChanged(runId: string, undone: Undone): void {
    const before = this.runs.get(runId) ?? NOTHING;
    this.activities += undone.activities - before.activities;
    this.others += undone.others - before.others;
    if (undone.activities + undone.others === 0) this.runs.delete(runId);
    else this.runs.set(runId, undone);
    this.lookSoon();
  }

  /** Time goes at the pace of the machine until it has been unlocked as often. */
  lock(): void {
    this.locks += 1;
  }

  /** Takes one lock away. Throws an `UnbalancedUnlockError` if there is none. */
  unlock(): void {
    if (this.locks === 0) {
      throw new UnbalancedUnlockError('Time is not locked: it was unlocked more often than it was locked.');
    }
    this.locks -= 1;
    this.lookSoon();
  }

  /** Waits for a time. With `unlocks`, one lock does not count until then. */
  sleepUntil(wakeMs: number, { unlocks }: { readonly unlocks: boolean }): ServerSleep {
    let isAsleep = true;
    if (unlocks) this.unlockingSleeps += 1;
    const wakeUp = (): void => {
      if (isAsleep && unlocks) this.unlockingSleeps -= 1;
      isAsleep = false;
    };
    let timer: ClockTimer | undefined;
    const done = new Promise<void>((resolve) => {
      timer = this.clock.callAt(wakeMs, () => {
        wakeUp();
        this.whenSettled(resolve);
      });
    });
    this.lookSoon();
    return {
      done,
      cancel: () => {
        timer?.cancel();
        wakeUp();
      },
    };
  }

  /** Time is not sent ahead any more. */
  stop(): void {
    this.isStopped = true;
    for (const resolve of [...this.settling]) resolve();
  }

  private whenSettled(resolve: () => void): void {
    const finish = (): void => {
      this.settling.delete(finish);
      tooLong.cancel();
      resolve();
    };
    const tooLong = this.machineClock.callAt(this.machineClock.nowMs() + MAX_SETTLE_MS, finish);
    this.settling.add(finish);
    this.lookSoon();
  }

  private lookSoon(): void {
    const isLooking = this.quietTurnsLeft > 0;
    this.quietTurnsLeft = QUIET_TURNS;
    if (!isLooking) setImmediate(this.onTurn);
  }

  private readonly onTurn = (): void => {
    this.quietTurnsLeft -= 1;
    if (this.quietTurnsLeft > 0) setImmediate(this.onTurn);
    else if (!this.isStopped) this.look();
  };

  private look(): void {
    if (this.settling.size > 0) {
      // Whoever slept has the next word.
      if (this.others === 0) for (const finish of [...this.settling]) finish();
      if (this.settling.size === 0) this.lookSoon();
      return;
    }
    if (this.others > 0 || this.locks + this.activities - this.unlockingSleeps > 0) return;
    const dueMs = this.clock.nextDueMs();
    if (dueMs === undefined) return;
    this.clock.skipTo(dueMs);
    this.lookSoon();
  }
}
