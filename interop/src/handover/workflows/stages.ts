import { condition, defineQuery, defineSignal, setHandler } from '@perdure/workflow';

/** Lets a workflow go on to its next stage. */
export const advanceSignal = defineSignal('advance');
/** How many stages a workflow has left behind. */
export const stageQuery = defineQuery<number>('stage');

/** A workflow in stages: between two of them it rests, perhaps with much under way, and its worker may be exchanged. */
export class Stages {
  /** What the workflow has seen, in words that are the same whoever runs it. */
  readonly log: string[];
  private allowed: number;

  constructor(
    private reached = 0,
    log: readonly string[] = [],
  ) {
    this.log = [...log];
    this.allowed = reached;
    setHandler(advanceSignal, () => void (this.allowed += 1));
    setHandler(stageQuery, () => this.reached);
  }

  /** Ends a stage, and waits until the next one may begin. */
  async next(): Promise<void> {
    this.reached += 1;
    await condition(() => this.allowed >= this.reached);
  }

  /** Notes what something came to. */
  async note(what: string, outcome: Promise<unknown>): Promise<void> {
    this.log.push(`${what}: ${await outcome.then((value) => JSON.stringify(value) ?? 'nothing', describe)}`);
  }

  /** The number of stages so far, for a run that goes on with them. */
  get count(): number {
    return this.reached;
  }
}

/** An error with its causes, as far as workflow code may look at it. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  const { type, details, activityType, workflowType, retryState, timeoutType, nonRetryable } = error as Error &
    Record<string, unknown>;
  const facts = Object.entries({ type, details, activityType, workflowType, retryState, timeoutType, nonRetryable })
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const own = [error.constructor.name, error.name, error.message, ...facts].join(' ');
  return error.cause === undefined ? own : `${own} <- ${describe(error.cause)}`;
}
