import type { history, query, protocol } from '@perdure/protocol';
import type { LocalActivityResult, WorkflowTaskAnswer } from '@perdure/replay';
import type { WorkflowReplay } from '@perdure/replay';
import type { ActivationCompletion, WorkflowActivation } from '@perdure/common/activation';
import type { SinkCall } from '@perdure/workflow';
import type { Sandbox, SandboxedWorkflow } from '../sandbox/index.js';
import type { ActivationListener, ActivationQueue } from './activation-queue.js';
import type { CachedRun } from './run-cache.js';
import type { RunCodec } from './run-codec.js';
import type { SinkDispatcher } from './sink-dispatcher.js';

/** What a run is made of. */
export interface WorkflowRunOptions {
  readonly namespace: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
  readonly replay: WorkflowReplay;
  readonly sandbox: Sandbox;
  readonly workflow: SandboxedWorkflow;
  readonly queue: ActivationQueue;
  readonly sinks: SinkDispatcher;
  /** What payload codecs do to payloads; `undefined` if there are none. */
  readonly codec?: RunCodec | undefined;
}

/** A workflow task as the run takes it, with its history whole or from where the run stands. */
export interface TaskInput {
  readonly events: readonly history.HistoryEvent[];
  readonly messages: readonly protocol.Message[];
  readonly query?: query.WorkflowQuery | undefined;
  readonly queries?: Readonly<Record<string, query.WorkflowQuery>> | undefined;
}

/** Workflow code failed the workflow task: its failure, and the cause to report. */
export class WorkflowCodeError extends Error {
  override readonly name = 'WorkflowCodeError';

  constructor(readonly completion: Extract<ActivationCompletion, { status: 'failed' }>) {
    super(completion.failure.message ?? 'Workflow task failed');
  }
}

/** Memory of a run at rest, as measured for a small one, and for each byte of history that shaped it. */
const BASE_BYTES = 16 * 1024;
const BYTES_PER_HISTORY_BYTE = 2;

const DEFAULT_TASK_TIMEOUT_MS = 10_000;

/** One run in the worker: its replay and its code. */
export class WorkflowRun implements CachedRun {
  isBusy = false;
  private historySizeBytes = 0;
  private isDisposed = false;

  constructor(private readonly options: WorkflowRunOptions) {}

  get runId(): string {
    return this.options.runId;
  }

  get workflowId(): string {
    return this.options.workflowId;
  }

  get workflowType(): string {
    return this.options.workflowType;
  }

  get sandbox(): Sandbox {
    return this.options.sandbox;
  }

  get replay(): WorkflowReplay {
    return this.options.replay;
  }

  get sizeBytes(): number {
    return BASE_BYTES + this.historySizeBytes * BYTES_PER_HISTORY_BYTE;
  }

  /** How long the server waits for the answer to a workflow task. */
  get taskTimeoutMs(): number {
    return this.options.workflow.info.taskTimeoutMs || DEFAULT_TASK_TIMEOUT_MS;
  }

  /** Takes a workflow task. Throws `HistoryGapError` if its events do not follow those seen. */
  start(task: TaskInput): void {
    this.options.replay.startWorkflowTask(task);
  }

  /**
   * Wakes workflow code up, and calls back when it has come to rest or failed; then call it again. False if there is nothing to wake it up
   * for: it will not call back.
   */
  advance(onRest: (error: unknown) => void): boolean {
    const { replay, codec } = this.options;
    const activation = replay.nextActivation();
    if (activation === undefined) return false;
    this.historySizeBytes = activation.historySizeBytes;
    if (codec === undefined) this.activateAtOnce(activation, onRest);
    else this.activateThrough(codec, activation).then(() => onRest(undefined), onRest);
    return true;
  }

  /** A local activity of it has ended. */
  resolveLocalActivity(seq: number, result: LocalActivityResult): void {
    this.options.replay.resolveLocalActivity(seq, result);
  }

  answer(): WorkflowTaskAnswer {
    return this.options.replay.answer();
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.options.workflow.dispose();
  }

  /** Goes through all of a replay that it can in one go. */
  private activateAtOnce(activation: WorkflowActivation, onRest: (error: unknown) => void): void {
    const { workflow, queue } = this.options;
    queue.activate(workflow, activation, new OneGo(this.options, activation, this, onRest));
  }

  /** Takes what came of an activation, once its payloads are encoded. Throws `WorkflowCodeError` and what is wrong with the history. */
  private async activateThrough(codec: RunCodec, activation: WorkflowActivation): Promise<void> {
    const { workflow, queue, sinks } = this.options;
    const decoded = await codec.decode(activation);
    const completion = await new Promise<ActivationCompletion | undefined>((onRest, onFailed) =>
      queue.activate(workflow, decoded, { onRest, onFailed }),
    );
    sinks.dispatch(workflow.takeSinkCalls(), activation.isReplaying);
    takeCompletion(this.options.replay, completion && (await codec.encode(completion)));
  }

  /** What shapes the run has come to so much. */
  grewTo(historySizeBytes: number): void {
    this.historySizeBytes = historySizeBytes;
  }
}

/** A run on its way through all of a replay that it can in one go: what wakes it up next, and what it came to. */
class OneGo implements ActivationListener {
  private last: WorkflowActivation;
  /** Calls of sinks on the way. */
  private earlierCalls: [readonly SinkCall[], boolean][] | undefined;

  constructor(
    private readonly options: WorkflowRunOptions,
    first: WorkflowActivation,
    private readonly run: WorkflowRun,
    private readonly onEnd: (error: unknown) => void,
  ) {
    this.last = first;
  }

  next(
    completion: Extract<ActivationCompletion, { status: 'successful' }>,
    { isReplaying }: WorkflowActivation,
  ): WorkflowActivation | undefined {
    const { workflow, replay } = this.options;
    const calls = workflow.takeSinkCalls();
    if (calls.length > 0) (this.earlierCalls ??= []).push([calls, isReplaying]);
    replay.completeActivation(completion);
    const next = replay.nextActivation();
    if (next === undefined) return undefined;
    this.run.grewTo(next.historySizeBytes);
    return (this.last = next);
  }

  onRest(completion: ActivationCompletion | undefined): void {
    this.onEnd(this.end(completion, undefined));
  }

  onFailed(error: Error): void {
    this.onEnd(this.end(undefined, error));
  }

  /** Gives why it failed, if it did. */
  private end(completion: ActivationCompletion | undefined, error: Error | undefined): unknown {
    const { workflow, sinks, replay } = this.options;
    try {
      for (const [calls, isReplaying] of this.earlierCalls ?? []) sinks.dispatch(calls, isReplaying);
      sinks.dispatch(workflow.takeSinkCalls(), this.last.isReplaying);
      takeCompletion(replay, completion);
      return error;
    } catch (thrown) {
      return thrown;
    }
  }
}

function takeCompletion(replay: WorkflowReplay, completion: ActivationCompletion | undefined): void {
  if (completion?.status === 'failed') throw new WorkflowCodeError(completion);
  if (completion !== undefined) replay.completeActivation(completion);
}
