import { UnderWay } from './under-way.js';

/** How many polls of one kind are open at a time. */
export interface PollerCount {
  readonly minimum: number;
  readonly initial: number;
  readonly maximum: number;
}

/** Always so many. */
export function fixedPollerCount(count: number): PollerCount {
  return { minimum: count, initial: count, maximum: count };
}

/** What came of one poll: how many more of them, or fewer, the server would like to see; or that no further one makes sense. */
export type PollEnd = PollAnswered | 'failed' | 'stop';

/** A poll that the server has answered. */
export interface PollAnswered {
  readonly suggestedDelta: number;
  /** What it brought is all that the worker has to do: answering that comes before the next poll, as long as others are open. */
  readonly mayRest?: boolean;
}

/** Turns of the event loop from a workflow task to its answer, where nothing holds it up. */
const TURNS_OF_REST = 4;

/** The end of a poll that the server has answered. One that waited in vain, to its end, was not needed. */
export function pollEndOf(answer: {
  readonly taskToken: Uint8Array;
  readonly pollerScalingDecision?: { readonly pollRequestDeltaSuggestion: number } | undefined;
}): PollAnswered {
  if (answer.taskToken.length === 0) return { suggestedDelta: -1 };
  return { suggestedDelta: answer.pollerScalingDecision?.pollRequestDeltaSuggestion ?? 0 };
}

/** The end of a poll after which nothing needs to change. */
export const POLL_AGAIN: PollAnswered = { suggestedDelta: 0 };

/**
 * Keeps polls of one kind open. Each of them is a loop; a loop ends, or brings others into being, as the server suggests with what it
 * answers. A poll is worth more than its answer: while it travels, tasks wait for the next one, so that under load their number bounds
 * how many tasks a second can be fetched.
 */
export class PollerPool {
  private readonly loops = new UnderWay();
  /** Loops that go on. One that ends is no longer counted from the moment it is known: many may learn of it in the same turn. */
  private openCount = 0;

  constructor(
    private readonly count: PollerCount,
    /**
     * Polls once and calls back when the poll has ended; told how many polls of the same loop have failed since the last that did not. Must
     * not throw. Calls, not promises, each of which would cost as much as the rest of a loop.
     */
    private readonly poll: (failures: number, onEnd: (end: PollEnd) => void) => void,
    /** Told of each change. */
    private readonly onChange: (openPolls: number) => void = () => undefined,
  ) {}

  /** Opens the first polls. */
  start(): void {
    for (let index = 0; index < this.count.initial; index++) this.open();
  }

  /** Resolves when all loops have ended. */
  ended(): Promise<void> {
    return this.loops.drained();
  }

  private open(): void {
    this.openCount += 1;
    this.loops.begin();
    const loop: Loop = { failures: 0, onEnd: (end) => this.goOn(loop, end) };
    this.pollIn(loop);
    this.onChange(this.openCount);
  }

  private close(): void {
    this.openCount -= 1;
    this.loops.end();
    this.onChange(this.openCount);
  }

  /** A poll of a loop has ended: goes on with the next one, if it should. */
  private goOn(loop: Loop, end: PollEnd): void {
    if (end === 'stop') return this.close();
    loop.failures = end === 'failed' ? loop.failures + 1 : 0;
    if (end === 'failed') return this.pollIn(loop);
    if (end.suggestedDelta < 0 && this.openCount > this.count.minimum) return this.close();
    const rests = end.mayRest === true && this.openCount > 1;
    after(rests ? TURNS_OF_REST : 0, () => {
      for (let more = end.suggestedDelta; more > 0 && this.openCount < this.count.maximum; more--) this.open();
      this.pollIn(loop);
    });
  }

  private pollIn(loop: Loop): void {
    this.poll(loop.failures, loop.onEnd);
  }
}

/** One poll after the other. */
interface Loop {
  /** Polls that have failed since the last that did not. */
  failures: number;
  readonly onEnd: (end: PollEnd) => void;
}

function after(turns: number, call: () => void): void {
  if (turns === 0) call();
  else setImmediate(after, turns - 1, call);
}
