import type { EncodedMessage } from '@perdure/protocol';

/** How a poll ends: with a task, with nothing, or with an error. */
export type PollOutcome =
  { readonly task: object | EncodedMessage } | { readonly task: undefined } | { readonly error: Error };

/** A worker's long poll while it waits for a task. */
export class Poller {
  private settled = false;
  /** Where the poller goes if the task it was given turns out to be stale. */
  returnToQueue: (() => void) | undefined;

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
  answer(task: object | EncodedMessage): void {
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
