import { history } from '@perdure/protocol';
import { DeterminismViolationError } from '@perdure/workflow';
import { historyFromJSON } from '@perdure/common/proto-utils';
import { NondeterminismError } from '@perdure/replay';
import { type HistoryAndWorkflowId, IllegalStateError } from '@perdure/common';
import { nameErrorClass } from '@perdure/common/internal';
import { Runtime } from './telemetry/index.js';
import { compileWorkerOptions, type ReplayWorkerOptions } from './worker-options.js';
import { WorkflowFactory, workflowBundleOf } from './workflow-factory.js';
import { nondeterminismMessage, WorkflowCodeError, type WorkflowRun } from './workflows/index.js';

/** A history did not replay because workflow code failed the workflow task. */
export class ReplayError extends Error {
  static {
    nameErrorClass(this, 'ReplayError');
  }
}

/** How a replay ended: without an error the code of today does what the history says. */
export interface ReplayResult {
  readonly workflowId: string;
  readonly runId: string;
  readonly error?: DeterminismViolationError | ReplayError;
}

/** Histories to be replayed, with the ids of their workflows. */
export type ReplayHistoriesIterable = AsyncIterable<HistoryAndWorkflowId> | Iterable<HistoryAndWorkflowId>;

const UNKNOWN_WORKFLOW_ID = 'fake';

/** Replays one history and throws what went wrong. */
export async function replayHistory(
  options: ReplayWorkerOptions,
  given: unknown,
  workflowId = UNKNOWN_WORKFLOW_ID,
): Promise<void> {
  for await (const { error } of replayHistories(options, [{ workflowId, history: given }])) {
    if (error !== undefined) throw error;
  }
}

/** Replays histories one after the other, with one bundle for all. */
export async function* replayHistories(
  options: ReplayWorkerOptions,
  histories: ReplayHistoriesIterable,
): AsyncIterableIterator<ReplayResult> {
  let configured = options;
  for (const plugin of options.plugins ?? []) {
    configured = (await plugin.configureReplayWorker?.(configured)) ?? configured;
  }
  const name = configured.replayName ?? 'fake_replay_queue';
  const compiled = compileWorkerOptions({ ...configured, taskQueue: name }, Runtime.instance());
  const bundle = await workflowBundleOf(compiled);
  if (bundle === undefined) throw new TypeError('Replay needs the workflows: give workflowsPath or workflowBundle.');
  const factory = new WorkflowFactory(compiled, bundle, undefined);
  for await (const { workflowId, history: given } of histories) {
    yield await replayOne(factory, workflowId, historyOf(given));
  }
}

async function replayOne(
  factory: WorkflowFactory,
  workflowId: string,
  { events }: history.History,
): Promise<ReplayResult> {
  const started = events[0]?.workflowExecutionStartedEventAttributes;
  if (started === undefined) {
    throw new TypeError(`The history of workflow ${workflowId} does not begin with the start of the workflow.`);
  }
  const runId = started.originalExecutionRunId;
  const run = factory.create({
    workflowId: started.workflowId || workflowId,
    runId,
    workflowType: started.workflowType?.name ?? '',
  });
  try {
    run.start({ events, messages: [] });
    while (await hasAdvanced(run));
    run.replay.assertReplayed();
    return { workflowId, runId };
  } catch (error) {
    return { workflowId, runId, error: replayErrorOf(error, workflowId) };
  } finally {
    run.dispose();
  }
}

/** Resolves when workflow code has come to rest; false if there was nothing to wake it up for. */
function hasAdvanced(run: WorkflowRun): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const isAwake = run.advance((error) => {
      if (error === undefined) resolve(true);
      else reject(error instanceof Error ? error : new Error(String(error)));
    });
    if (!isAwake) resolve(false);
  });
}

function replayErrorOf(error: unknown, workflowId: string): DeterminismViolationError | ReplayError {
  if (error instanceof NondeterminismError) {
    const violation = new DeterminismViolationError(
      `Replay failed with a nondeterminism error. This means that the workflow code as written is not compatible with the ` +
        `history that was fed in. Workflow ${workflowId}: ${nondeterminismMessage(error)}`,
    );
    violation.cause = error;
    return violation;
  }
  const { message } = error instanceof WorkflowCodeError ? { message: error.completion.failure.message ?? '' } : (error as Error); // prettier-ignore
  return new ReplayError(`Workflow ${workflowId} could not be replayed: ${message}`, {
    cause: error,
  });
}

/** Takes a history as it was decoded, as JSON, or as an object of another SDK. */
function historyOf(given: unknown): history.History {
  if (typeof given === 'string') return asHistory(historyFromJSON(JSON.parse(given) as object));
  if (typeof given !== 'object' || given === null || !('events' in given)) {
    throw new IllegalStateError('A history is an object with `events`, as handle.fetchHistory() gives it or as JSON.');
  }
  const [first] = (given as { events: readonly Record<string, unknown>[] }).events;
  const isJson = typeof first?.['eventType'] === 'string' || typeof first?.['eventTime'] === 'string';
  return asHistory(isJson ? historyFromJSON(given) : given);
}

/** Through the wire's own form, so that every field is as the replay core expects it, whoever made the object. */
function asHistory(given: unknown): history.History {
  return history.History.decode(history.History.encode(given as history.IHistory).slice());
}
