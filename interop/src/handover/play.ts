import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { eventually, type api, type Environment, type SdkName } from '../harness/index.js';
import { handoverActivities } from './activities.js';
import { SCENARIOS, type Actor, type Scenario } from './scenarios.js';

type HistoryEvent = api.history.IHistoryEvent;

const FAILED_PRECONDITION = 9;
/** Stages end in milliseconds; this is for machines that have a lot to do. */
const STAGE_TIMEOUT_MS = 60_000;

/** The module of the workflows in stages. */
export const handoverWorkflows = fileURLToPath(new URL('./workflows/index.ts', import.meta.url));

/** What came of a scenario. */
export interface Outcome {
  readonly scenario: Scenario;
  readonly workflowId: string;
  /** What the workflow has seen. */
  readonly log: unknown;
  /** What was answered to updates. */
  readonly answers: readonly string[];
  /** The histories of its runs, first to last. */
  readonly runs: readonly (readonly HistoryEvent[])[];
}

interface Player extends Actor {
  readonly scenario: Scenario;
}

/**
 * Plays all scenarios beside one another: each stage with a new worker, of the SDKs in turn. No worker has more to go by than the
 * history that the ones before it made.
 */
export async function play(environment: Environment, sdks: readonly SdkName[]): Promise<readonly Outcome[]> {
  const taskQueue = environment.uniqueId('handover');
  const players = await Promise.all(SCENARIOS.map((scenario) => begin(environment, scenario, taskQueue)));
  const stages = Math.max(...SCENARIOS.map((scenario) => scenario.stages));
  for (let stage = 0; stage <= stages; stage += 1) {
    const present = players.filter(({ scenario }) => stage <= scenario.stages);
    for (const player of present) await player.scenario.whileDown?.[stage]?.(player);
    const sdk = sdks[stage % sdks.length] ?? 'perdure';
    const options = {
      activities: handoverActivities(sdk),
      workflowsPath: handoverWorkflows,
      maxHeartbeatThrottleInterval: 100,
    };
    const worker = await environment.worker(sdk, taskQueue, options);
    await Promise.all(present.map((player) => leave(player, stage)));
    await worker.stop();
  }
  return await Promise.all(players.map((player) => outcomeOf(environment, player)));
}

async function begin(environment: Environment, scenario: Scenario, taskQueue: string): Promise<Player> {
  const { client } = environment;
  const workflowId = environment.uniqueId(scenario.workflow);
  // A task that a worker took along when it stopped is given out again soon.
  const options = { taskQueue, workflowId, workflowTaskTimeout: '3s', ...scenario.options } as const;
  await client.workflow.start(scenario.workflow, options);
  // Not bound to the first run: it may continue as new, or be retried.
  return { scenario, client, handle: client.workflow.getHandle(workflowId), answers: [] };
}

/** Has the workflow leave a stage, and waits until it rests in the next one, or is over. */
async function leave(player: Player, stage: number): Promise<void> {
  const { scenario, handle } = player;
  await scenario.whileUp?.[stage]?.(player);
  if (stage > 0) await handle.signal('advance');
  if (stage === scenario.stages) return void (await handle.result());
  const what = `${scenario.workflow} rests in stage ${stage + 1}`;
  await eventually(what, async () => await restsIn(handle, stage + 1), STAGE_TIMEOUT_MS);
}

async function restsIn(handle: WorkflowHandle, stage: number): Promise<true | undefined> {
  const reached = await handle.query<number>('stage').catch(betweenRuns);
  if (reached !== undefined && reached > stage) {
    throw new Error(`${handle.workflowId} is in stage ${reached} already, not ${stage}`);
  }
  return reached === stage ? true : undefined;
}

/** A run that waits for its time to begin cannot be asked yet. */
function betweenRuns(error: unknown): undefined {
  const { cause } = error as { cause?: { code?: number } };
  if (cause?.code !== FAILED_PRECONDITION) throw error;
}

async function outcomeOf(environment: Environment, { scenario, handle, answers }: Player): Promise<Outcome> {
  const { workflowId } = handle;
  const log: unknown = await handle.result();
  return {
    scenario,
    workflowId,
    log,
    answers: await Promise.all(answers),
    runs: await allRuns(environment, workflowId),
  };
}

async function allRuns(environment: Environment, workflowId: string): Promise<HistoryEvent[][]> {
  const last = await environment.history({ workflowId });
  const runs: HistoryEvent[][] = [];
  let runId = last[0]?.workflowExecutionStartedEventAttributes?.firstExecutionRunId;
  while (runId) {
    const events = await environment.history({ workflowId, runId });
    runs.push(events);
    const end = events.at(-1);
    runId = (end?.workflowExecutionContinuedAsNewEventAttributes ?? end?.workflowExecutionFailedEventAttributes)
      ?.newExecutionRunId;
  }
  return runs;
}
