import type { InFlightEntry } from '@perdure/protocol/in-flight';

/** How a poll ends: with a task, with nothing, or with an error. */
export type PollOutcome = { readonly task: object } | { readonly task: undefined } | { readonly error: Error };

/** A worker's long poll while it waits for a task. */
export class Poller {
  private settled = false;
  /** Where it waits in its queue. */
  place: InFlightEntry<Poller> | undefined;
  /** Where the poller goes if the task it was given turns out to be stale. */
  returnToQueue: (() => void) | undefined;
  /** What to tell its worker: poll more (1) when tasks wait for polls, less (-1) when polls wait for tasks, or neither (0). */
  scalingDelta: -1 | 0 | 1 = 0;
  /** Since when it has waited so long that it might as well not be there. */
  toSpareFromMs = Infinity;

  constructor(
    readonly identity: string,
    /** Which worker polls, if it says so: it may ask for all its polls to be ended. */
    readonly workerInstanceKey: string,
    private readonly settle: (outcome: PollOutcome) => void,
  ) {}

  /** The caller has gone, or has been answered: nothing may be given to it any more. */
  get isDone(): boolean {
    return this.settled;
  }

  /** Ends the poll with a task. */
  answer(task: object): void {
    this.end({ task });
  }

  /** Ends the poll with nothing, as after its time is up. */
  answerEmpty(): void {
    this.end({ task: undefined });
  }

  /** Ends the poll with an error. */
  fail(error: Error): void {
    this.end({ error });
  }

  private end(outcome: PollOutcome): void {
    if (this.settled) return;
    this.settled = true;
    this.settle(outcome);
  }
}
