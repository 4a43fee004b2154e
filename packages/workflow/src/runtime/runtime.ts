import { decodeSuggestContinueAsNewReason } from '@perdure/common/internal';
import type { SuggestContinueAsNewReason } from '@perdure/common';
import { composeInterceptors } from '@perdure/common/internal';
import type { ActivationCompletion, ActivationJob, WorkflowActivation } from '@perdure/common/activation';
import type { WorkflowInfo } from '../interfaces.js';
import type { ConcludeActivationInput } from '../interceptors.js';
import { log } from '../logs.js';
import type { SinkCall } from '../sinks.js';
import { seeded, type RandomSource } from './alea.js';
import { enterExecution } from './current.js';
import { Execution, stopListening, type ExecutionOptions, type WorkflowTaskInfo } from './execution.js';
import { SdkFlag } from './flags.js';
import { rejectBufferedUpdates } from './handlers.js';
import { handleJob } from './jobs.js';

function taskInfoOf(activation: WorkflowActivation): WorkflowTaskInfo {
  const reasons = activation.suggestContinueAsNewReasons
    .map((reason) => decodeSuggestContinueAsNewReason(reason as 0))
    .filter((reason): reason is SuggestContinueAsNewReason => reason !== undefined);
  const version = activation.deploymentVersionForCurrentTask;
  return {
    runId: activation.runId,
    historyLength: activation.historyLength,
    historySize: activation.historySizeBytes,
    continueAsNewSuggested: activation.continueAsNewSuggested,
    targetWorkerDeploymentVersionChanged: activation.targetWorkerDeploymentVersionChanged,
    suggestedContinueAsNewReasons: reasons.length === 0 ? undefined : reasons,
    currentBuildId: version?.buildId,
    currentDeploymentVersion: version && { buildId: version.buildId, deploymentName: version.deploymentName },
  };
}

const NO_CALLS: readonly SinkCall[] = [];

/**
 * One run inside the sandbox. An activation goes: `begin`, and `step` until it answers false, each followed by all microtasks
 * of the sandbox; then `conclude`. The sandbox sees to the microtasks, since only it can end them when they never end.
 */
export class WorkflowInstance {
  private readonly execution: Execution;
  private batches: ActivationJob[][] = [];
  private batchIndex = 0;
  private activation: WorkflowActivation | undefined;
  private randomOfRun: RandomSource = () => 0;

  constructor(options: ExecutionOptions, workflowId: string) {
    this.execution = new Execution(options, workflowId);
  }

  /** Takes an activation on and hands over its first jobs. */
  begin(activation: WorkflowActivation): void {
    this.enter();
    const { execution } = this;
    this.activation = activation;
    this.batchIndex = 0;
    execution.commands = [];
    execution.usedFlags.clear();
    execution.taskFailure = undefined;
    execution.isReplaying = activation.isReplaying;
    execution.isAnsweringQuery = activation.jobs[0]?.kind === 'queryWorkflow';
    // Numbers that a query draws are none of the run's: on replay nobody asks.
    this.randomOfRun = execution.random;
    if (execution.isAnsweringQuery) execution.random = seeded(() => execution.seed);
    execution.nowMs = activation.timestampMs;
    execution.setAvailableFlags(activation.availableInternalFlags);
    this.batches = batchesOf(activation, execution);
    try {
      execution.takeTaskInfo(taskInfoOf(activation));
      if (activation.jobs[0]?.kind === 'initializeWorkflow') execution.modules = execution.options.load();
      this.handOver();
    } catch (error) {
      execution.failTask(error);
    }
  }

  /** Goes on after microtasks ran: the next jobs, or conditions that have come to hold. False when there is nothing left. */
  step(): boolean {
    const { execution } = this;
    if (execution.taskFailure !== undefined) return false;
    this.enter();
    try {
      if (!execution.isAnsweringQuery && this.releaseConditions()) return true;
      if (this.batches.length === 0) return false;
      this.handOver();
      return true;
    } catch (error) {
      execution.failTask(error);
      return false;
    }
  }

  /** Whether `step` has anything to look at. */
  get isSettled(): boolean {
    return this.execution.conditions.size === 0 && this.batches.length === 0;
  }

  /** What the activation led to. */
  conclude(): ActivationCompletion {
    this.enter();
    const { execution } = this;
    try {
      if (execution.taskFailure === undefined) rejectBufferedUpdates(execution);
      if (execution.isCompleted) this.warnOfUnfinishedHandlers();
      const conclude = composeInterceptors(
        execution.interceptors.internals,
        'concludeActivation',
        (input: ConcludeActivationInput) => input,
      );
      const { commands } = conclude({ commands: execution.commands });
      execution.commands = [];
      if (execution.taskFailure !== undefined) throw execution.taskFailure.error;
      return {
        status: 'successful',
        commands,
        usedInternalFlags: [...execution.usedFlags],
        versioningBehavior: execution.versioningBehavior,
      };
    } catch (error) {
      return { status: 'failed', failure: this.failureOf(error), forceCause: 0 };
    } finally {
      this.activation = undefined;
      if (execution.isAnsweringQuery) execution.random = this.randomOfRun;
      enterExecution(undefined);
    }
  }

  /** What failed the workflow task after its activation was concluded: a rejection that nobody waited for. */
  lateFailure(): ActivationCompletion | undefined {
    const { taskFailure } = this.execution;
    if (taskFailure === undefined) return undefined;
    this.enter();
    try {
      return { status: 'failed', failure: this.failureOf(taskFailure.error), forceCause: 0 };
    } finally {
      enterExecution(undefined);
    }
  }

  /** Somebody rejected a promise that nobody waits for: the workflow task fails. */
  failTask(error: unknown): void {
    this.execution.failTask(error);
  }

  /** Calls of sinks since they were last taken. */
  takeSinkCalls(): readonly SinkCall[] {
    const { sinkCalls } = this.execution;
    return sinkCalls.length === 0 ? NO_CALLS : sinkCalls.splice(0);
  }

  /** What the workflow knows of itself. */
  get info(): WorkflowInfo {
    return this.execution.info;
  }

  /** Tells interceptors that the run is let go of. */
  dispose(): void {
    const { execution } = this;
    if (execution.interceptors.internals.length === 0) return;
    this.enter();
    try {
      composeInterceptors(execution.interceptors.internals, 'dispose', () => undefined)({});
    } finally {
      enterExecution(undefined);
    }
  }

  private enter(): void {
    enterExecution(this.execution);
  }

  private handOver(): void {
    const jobs = this.batches.shift();
    const { activation, execution } = this;
    if (jobs === undefined || activation === undefined) return;
    const batchIndex = this.batchIndex++;
    const handle = (input: { readonly activation: WorkflowActivation }): void => {
      for (const job of input.activation.jobs) {
        // Jobs meant for a run that has ended have nobody to go to.
        if (execution.isCompleted && job.kind !== 'queryWorkflow') continue;
        handleJob(execution, job);
      }
    };
    const { internals } = execution.interceptors;
    if (internals.length === 0) handle({ activation: { ...activation, jobs } });
    else composeInterceptors(internals, 'activate', handle)({ activation: { ...activation, jobs }, batchIndex });
    if (this.batches.length === 0) execution.begin?.();
  }

  private releaseConditions(): boolean {
    const { conditions } = this.execution;
    let hasReleased = false;
    for (const [seq, condition] of conditions) {
      if (!condition.holds()) continue;
      conditions.delete(seq);
      stopListening(condition);
      condition.resolve();
      hasReleased = true;
    }
    return hasReleased;
  }

  private warnOfUnfinishedHandlers(): void {
    const unfinished = [...this.execution.runningHandlers].filter(
      ({ unfinishedPolicy }) => unfinishedPolicy === 'WARN_AND_ABANDON',
    );
    if (unfinished.length === 0) return;
    const updates = unfinished.filter(({ updateId }) => updateId !== undefined);
    const signals = unfinished.filter(({ updateId }) => updateId === undefined);
    const wait = 'Wait for them: await condition(allHandlersFinished)';
    if (updates.length > 0) {
      const ids = JSON.stringify(updates.map(({ name, updateId: id }) => ({ name, id })));
      log.warn(`[TMPRL1102] Workflow finished while update handlers are still running. ${wait}: ${ids}`);
    }
    if (signals.length > 0) {
      const names = JSON.stringify([...new Set(signals.map(({ name }) => name))]);
      log.warn(`[TMPRL1102] Workflow finished while signal handlers are still running. ${wait}: ${names}`);
    }
  }

  private failureOf(error: unknown): Extract<ActivationCompletion, { status: 'failed' }>['failure'] {
    const { execution } = this;
    if ((execution.modules as unknown) !== undefined) {
      return execution.errorToFailure(error);
    }
    const { message = String(error), stack = '', name = 'Error' } = error instanceof Error ? error : {};
    return { message, stackTrace: stack, source: 'TypeScriptSDK', applicationFailureInfo: { type: name } };
  }
}

/**
 * Patches are known before anything runs. Old runs then got signals and updates before the rest, with microtasks in between; new ones get
 * all at once. Both are deterministic; what matters is that a run keeps to its way.
 */
function batchesOf(activation: WorkflowActivation, execution: Execution): ActivationJob[][] {
  const jobs = activation.jobs.filter(({ kind }) => kind !== 'notifyHasPatch');
  const batches = [activation.jobs.filter(({ kind }) => kind === 'notifyHasPatch')];
  if (!jobs.some(isMessage) || execution.hasFlag(SdkFlag.handsOverJobsAtOnce)) batches.push(jobs);
  else {
    const comesFirst = (job: ActivationJob): boolean => isMessage(job) || job.kind === 'initializeWorkflow';
    batches.push(
      jobs.filter(comesFirst),
      jobs.filter((job) => !comesFirst(job)),
    );
  }
  return batches.filter((batch) => batch.length > 0);
}

function isMessage({ kind }: ActivationJob): boolean {
  return kind === 'signalWorkflow' || kind === 'doUpdate';
}
