import type { Client, WorkflowHandle, WorkflowStartOptions } from '@temporalio/client';
import { eventually } from '../harness/index.js';
import { openTaskToken } from './activities.js';

/** A workflow in stages as the driver of it sees it. */
export interface Actor {
  readonly client: Client;
  readonly handle: WorkflowHandle;
  /** Answers that are waited for at the end: asking for an update may take until there is a worker. */
  readonly answers: Promise<string>[];
}

/** What happens from outside before the stage of a number is left. */
type Cues = Readonly<Record<number, (actor: Actor) => Promise<void>>>;

/** A workflow in stages, and what happens to it. */
export interface Scenario {
  /** Its function in `workflows`. */
  readonly workflow: string;
  /** How often it rests. */
  readonly stages: number;
  readonly options?: Partial<WorkflowStartOptions>;
  /** While no worker runs. */
  readonly whileDown?: Cues;
  /** While a worker runs. */
  readonly whileUp?: Cues;
}

const signal =
  (name: string, ...args: unknown[]) =>
  async ({ handle }: Actor): Promise<void> =>
    await handle.signal(name, ...args);

/** Asks for an update, once at most for each id, and notes its answer. */
const update =
  (name: string, arg: string, updateId = `${name}-${arg}`) =>
  async ({ handle, answers }: Actor): Promise<void> => {
    const answer = handle.executeUpdate(name, { args: [arg], updateId });
    answers.push(
      answer.then(
        (value) => `${name}: ${String(value)}`,
        (error: unknown) => `${name} failed: ${rootMessage(error)}`,
      ),
    );
  };

const complete =
  (name: string) =>
  async ({ client, handle: { workflowId } }: Actor): Promise<void> => {
    const find = async (): Promise<Uint8Array | undefined> => openTaskToken(workflowId, name);
    await client.activity.complete(await eventually(`the activity ${name} waits`, find), `${name} by the driver`);
  };

const each =
  (...cues: ((actor: Actor) => Promise<void>)[]) =>
  async (actor: Actor): Promise<void> => {
    for (const cue of cues) await cue(actor);
  };

/** All of them. */
export const SCENARIOS: readonly Scenario[] = [
  { workflow: 'timers', stages: 4 },
  {
    workflow: 'activities',
    stages: 4,
    whileUp: { 1: complete('first') },
    whileDown: { 2: complete('second') },
  },
  { workflow: 'cancelledActivities', stages: 2 },
  { workflow: 'localActivities', stages: 4 },
  { workflow: 'localBranches', stages: 4, whileDown: { 2: signal('unknown'), 3: signal('unknown') } },
  { workflow: 'parent', stages: 4 },
  {
    workflow: 'signals',
    stages: 3,
    whileDown: {
      1: each(signal('tell', 'one'), signal('early', 'bird'), signal('tellSlowly', 'two'), signal('tell', 'three')),
      2: each(signal('nobody', 'home'), signal('tellSlowly', 'four'), signal('early', 'riser')),
      3: each(signal('nobody', 'knows'), signal('tellSlowly', 'five')),
    },
    whileUp: { 1: signal('tell', 'live'), 2: signal('early', 'too'), 3: signal('tell', 'end') },
  },
  {
    workflow: 'updates',
    stages: 4,
    whileDown: { 1: update('quick', 'one'), 2: each(update('slow', 'two'), signal('tell')), 3: update('fails', '') },
    whileUp: {
      1: each(update('atTheDoor', 'ann'), update('quick', '', 'refused')),
      2: each(update('atTheDoor', 'bob'), update('slow', 'three')),
      3: signal('open'),
      4: each(update('atTheDoor', 'eve'), update('quick', 'last')),
    },
  },
  {
    workflow: 'cancelledFromOutside',
    stages: 2,
    whileDown: { 2: async ({ handle }) => void (await handle.cancel()) },
  },
  { workflow: 'drawn', stages: 4, whileDown: { 2: signal('unknown'), 3: signal('unknown') } },
  { workflow: 'patches', stages: 3 },
  { workflow: 'attributes', stages: 2, options: { memo: { start: true }, searchAttributes: { CustomIntField: [1] } } },
  { workflow: 'rounds', stages: 4 },
  { workflow: 'secondAttempt', stages: 3, options: { retry: { initialInterval: 50, maximumAttempts: 5 } } },
];

function rootMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? rootMessage(error.cause) : error.message;
}
