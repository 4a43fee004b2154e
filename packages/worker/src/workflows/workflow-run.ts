import type { history, query, protocol } from '@perdure/protocol';
import type { LocalActivityResult, WorkflowTaskAnswer } from '@perdure/replay';
import type { WorkflowReplay } from '@perdure/replay';
import type { ActivationCompletion, WorkflowActivation } from '@perdure/common/activation';
import type { SinkCall } from '@perdure/workflow';
import type { Sandbox, SandboxedWorkflow } from '../sandbox/index.js';
import type { ActivationQueue } from './activation-queue.js';
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
   * Wakes workflow code up, if there is something to wake it up for, and resolves when it has come to rest; until there is nothing left
   * to do, call it again.
   */
  advance(): Promise<void> | undefined {
    const { replay, codec } = this.options;
    const activation = replay.nextActivation();
    if (activation === undefined) return undefined;
    this.historySizeBytes = activation.historySizeBytes;
    return codec === undefined ? this.activateAtOnce(activation) : this.activateThrough(codec, activation);
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
  private activateAtOnce(activation: WorkflowActivation): Promise<void> {
    const { workflow, queue, sinks, replay } = this.options;
    const calls: [readonly SinkCall[], boolean][] = [];
    const take = ({ isReplaying }: WorkflowActivation): void =>
      void calls.push([workflow.takeSinkCalls(), isReplaying]);
    let last = activation;
    const activated = queue.activate(workflow, activation, (completion, replayed) => {
      take(replayed);
      replay.completeActivation(completion);
      const next = replay.nextActivation();
      if (next === undefined) return undefined;
      this.historySizeBytes = next.historySizeBytes;
      return (last = next);
    });
    const dispatch = (): void => {
      take(last);
      for (const [sinkCalls, isReplaying] of calls) sinks.dispatch(sinkCalls, isReplaying);
    };
    return activated.then(
      (completion) => {
        dispatch();
        this.takeCompletion(completion);
      },
      (error: unknown) => {
        dispatch();
        throw error;
      },
    );
  }

  private async activateThrough(codec: RunCodec, activation: WorkflowActivation): Promise<void> {
    const { workflow, queue, sinks } = this.options;
    const decoded = await codec.decode(activation);
    const completion = await queue.activate(workflow, decoded);
    sinks.dispatch(workflow.takeSinkCalls(), activation.isReplaying);
    this.takeCompletion(completion && (await codec.encode(completion)));
  }

  private takeCompletion(completion: ActivationCompletion | undefined): void {
    if (completion?.status === 'failed') throw new WorkflowCodeError(completion);
    if (completion !== undefined) this.options.replay.completeActivation(completion);
  }
}
