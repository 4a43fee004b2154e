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
  private readonly loops = new Set<Promise<void>>();
  /** Loops that go on. One that ends is no longer counted from the moment it is known: many may learn of it in the same turn. */
  private openCount = 0;

  constructor(
    private readonly count: PollerCount,
    /** Polls once; told how many polls of the same loop have failed since the last that did not. Must not throw. */
    private readonly poll: (failures: number) => Promise<PollEnd>,
    /** Told of each change. */
    private readonly onChange: (openPolls: number) => void = () => undefined,
  ) {}

  /** Opens the first polls. */
  start(): void {
    for (let index = 0; index < this.count.initial; index++) this.open();
  }

  /** Resolves when all loops have ended. */
  async ended(): Promise<void> {
    while (this.loops.size > 0) await Promise.all(this.loops);
  }

  private open(): void {
    this.openCount += 1;
    const loop = this.run().finally(() => this.loops.delete(loop));
    this.loops.add(loop);
    this.onChange(this.openCount);
  }

  private close(): void {
    this.openCount -= 1;
    this.onChange(this.openCount);
  }

  private async run(): Promise<void> {
    for (let failures = 0; ;) {
      const end = await this.poll(failures);
      if (end === 'stop') return this.close();
      failures = end === 'failed' ? failures + 1 : 0;
      if (end === 'failed') continue;
      if (end.suggestedDelta < 0 && this.openCount > this.count.minimum) return this.close();
      if (end.mayRest === true && this.openCount > 1) await turns(TURNS_OF_REST);
      for (let more = end.suggestedDelta; more > 0 && this.openCount < this.count.maximum; more--) this.open();
    }
  }
}

function turns(count: number): Promise<void> {
  return new Promise((resolve) => {
    const pass = (left: number): void => {
      if (left === 0) resolve();
      else setImmediate(pass, left - 1);
    };
    pass(count);
  });
}
