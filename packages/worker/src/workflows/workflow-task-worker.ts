import { enums, services, type command, type taskqueue, type workflowservice } from '@perdure/protocol';
import { InFlightMap } from '@perdure/protocol/in-flight';
import { callMethod, GrpcServiceError, GrpcStatus, type RpcTransport } from '@perdure/client/transport';
import { msNumberToTs, type Logger } from '@perdure/common';
import { HistoryGapError, type WorkflowTaskAnswer } from '@perdure/replay';
import type { Clock } from '../clock.js';
import { SandboxLostError } from './activation-queue.js';
import { LocalActivitiesUnderWay } from './local-activities-under-way.js';
import type { WorkflowMetrics } from '../telemetry/index.js';
import type { EagerActivities, LocalActivityHost } from './ports.js';
import type { RunCache } from './run-cache.js';
import { TaskFailureReports } from './task-failure-reports.js';
import { TaskHistories } from './task-histories.js';
import type { TaskInput, WorkflowRun } from './workflow-run.js';

type Task = workflowservice.PollWorkflowTaskQueueResponse;
type Completed = Extract<WorkflowTaskAnswer, { kind: 'completed' }>;
type QueryAnswer = Extract<WorkflowTaskAnswer, { kind: 'legacyQuery' }>['result'];

const methods = services.WorkflowService.methods;
/** A workflow task is kept alive with this share of its timeout gone. */
const HEARTBEAT_SHARE = 0.8;
const CALL_TIMEOUT_MS = 30_000;

/** What working on workflow tasks takes. */
export interface WorkflowTaskWorkerOptions {
  readonly transport: RpcTransport;
  readonly namespace: string;
  readonly taskQueue: string;
  /** `undefined` if runs are not kept between their tasks. */
  readonly stickyQueue: { readonly name: string; readonly scheduleToStartTimeoutMs: number } | undefined;
  readonly identity: string;
  readonly cache: RunCache<WorkflowRun>;
  readonly createRun: (task: {
    readonly workflowId: string;
    readonly runId: string;
    readonly workflowType: string;
  }) => WorkflowRun;
  /** `undefined` if this worker runs no activities. */
  readonly eagerActivities: EagerActivities | undefined;
  /** For one workflow task. */
  readonly maxEagerActivities: number;
  readonly localActivities: LocalActivityHost;
  /** Fields of the answer that say which version of a worker gave it. */
  readonly version: Pick<
    workflowservice.IRespondWorkflowTaskCompletedRequest,
    'workerVersionStamp' | 'deploymentOptions'
  >;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly metrics: WorkflowMetrics;
}

/** A workflow task that is worked on, and what belongs to it. */
interface TaskAtWork {
  /** The one to answer: the server gives others while the first one is kept alive. */
  task: Task;
  readonly workflowType: string;
  readonly startedAtMs: number;
  run: WorkflowRun | undefined;
  locals: LocalActivitiesUnderWay | undefined;
  /** Tasks of the run that have come meanwhile: a query, or one that replaces a task that timed out. */
  readonly later: Task[];
  /** Called when it has been answered, and all of `later`. */
  readonly onEnded: () => void;
}

/** What becomes of the answer to a workflow task. */
interface Answered {
  /** The task is not over: it is kept alive. */
  readonly isHeartbeat: boolean;
  /** The server has heard it; with the next task of the run, if it had that at hand. */
  readonly onAnswered: (next: Task | undefined) => void;
  readonly onFailed: (error: unknown) => void;
}

/** One whose run is there. */
type RunAtWork = TaskAtWork & { run: WorkflowRun; locals: LocalActivitiesUnderWay };

/**
 * Works on one workflow task after the other: history in, answer out. What nearly every task goes through is a chain of calls, not of
 * promises, each of which costs as much as one of the steps themselves.
 */
export class WorkflowTaskWorker {
  /** Runs with a task under way, and their tasks that have come meanwhile. */
  private readonly underWay = new InFlightMap<string, Task[]>();
  private isLeaving = false;

  private readonly histories: TaskHistories;
  private readonly failureReports: TaskFailureReports;
  private readonly stickyAttributes: taskqueue.IStickyExecutionAttributes | undefined;

  constructor(private readonly options: WorkflowTaskWorkerOptions) {
    const { stickyQueue, taskQueue } = options;
    this.histories = new TaskHistories(options);
    this.failureReports = new TaskFailureReports(options);
    this.stickyAttributes = stickyQueue && {
      workerTaskQueue: stickyTaskQueue(stickyQueue.name, taskQueue),
      scheduleToStartTimeout: msNumberToTs(stickyQueue.scheduleToStartTimeoutMs),
    };
  }

  /** From now on runs are not kept, and their next tasks are for other workers. */
  leaveRunsToOthers(): void {
    this.isLeaving = true;
  }

  /** Sees a workflow task through. `onEnded` is called once, later; at once if the task is kept until another one of its run has ended. */
  work(task: Task, onEnded: () => void): void {
    const runId = task.workflowExecution?.runId ?? '';
    const waiting = this.underWay.get(runId);
    if (waiting !== undefined) {
      waiting.push(task);
      onEnded();
      return;
    }
    const later: Task[] = [];
    this.underWay.set(runId, later);
    this.takeUp(task, later, onEnded);
  }

  private takeUp(task: Task, later: Task[], onEnded: () => void): void {
    const { cache, clock, metrics } = this.options;
    const cached = cache.take(task.workflowExecution?.runId ?? '');
    const startedAtMs = clock.nowMs();
    const workflowType = task.workflowType?.name ?? '';
    metrics.workflowTaskReceived();
    if (cached === undefined) metrics.stickyCacheMiss(workflowType);
    else metrics.stickyCacheHit(workflowType);
    const work: TaskAtWork = { task, workflowType, startedAtMs, run: cached, locals: undefined, later, onEnded };
    this.attempt(work, () => {
      // What is in use stays in the cache.
      if (cached !== undefined) cached.isBusy = true;
      const begun = this.begin(task, cached);
      if (!(begun instanceof Promise)) return this.goOn(work, begun);
      begun.then(
        (run) => this.attempt(work, () => this.goOn(work, run)),
        (error: unknown) => this.fail(work, error),
      );
    });
  }

  /** Takes a step of a task. Never throws: then the task has failed. */
  private attempt(work: TaskAtWork, step: () => void): void {
    try {
      step();
    } catch (error) {
      this.fail(work, error);
    }
  }

  private goOn(work: TaskAtWork, run: WorkflowRun): void {
    run.isBusy = true;
    const locals = new LocalActivitiesUnderWay(run, this.options.localActivities);
    this.advance(Object.assign(work, { run, locals }));
  }

  /** Wakes workflow code up, again when it has come to rest, until there is nothing left to do but to answer. */
  private advance(work: RunAtWork): void {
    const { run, locals } = work;
    const isAwake = run.advance((error) => {
      if (error !== undefined) return this.fail(work, error);
      this.attempt(work, () => {
        locals.begin();
        this.advance(work);
      });
    });
    if (isAwake) return;
    locals.begin();
    if (!run.replay.isWaitingForLocalActivities) return this.finish(work);
    this.waitForLocals(work).then(
      (isLost) => this.attempt(work, () => (isLost ? this.end(work, undefined) : this.advance(work))),
      (error: unknown) => this.fail(work, error),
    );
  }

  /** Waits for a local activity, and keeps the task alive if that takes long; true if the task is lost. */
  private async waitForLocals(work: RunAtWork): Promise<boolean> {
    const { run, locals } = work;
    if (await locals.next(run.taskTimeoutMs * HEARTBEAT_SHARE, this.options.clock)) return false;
    const heartbeat = await new Promise<Task | undefined>((resolve, reject) =>
      this.answer(run, work.task, { isHeartbeat: true, onAnswered: resolve, onFailed: reject }),
    );
    if (heartbeat === undefined) {
      this.drop(run);
      return true;
    }
    work.task = heartbeat;
    run.start(await this.histories.newsOf(heartbeat, run.replay.seenEventId));
    return false;
  }

  private finish(work: RunAtWork): void {
    this.answer(work.run, work.task, {
      isHeartbeat: false,
      onAnswered: (next) => this.attempt(work, () => this.end(work, next)),
      onFailed: (error) => this.fail(work, error),
    });
  }

  private end({ run, locals, workflowType, startedAtMs, later, onEnded }: RunAtWork, next: Task | undefined): void {
    const { clock, metrics } = this.options;
    locals.abandon();
    run.isBusy = false;
    metrics.workflowTaskExecuted(workflowType, clock.nowMs() - startedAtMs);
    this.takeUpNext(run.runId, next, later, onEnded);
  }

  private takeUpNext(runId: string, next: Task | undefined, later: Task[], onEnded: () => void): void {
    const task = next ?? later.shift();
    if (task !== undefined) return this.takeUp(task, later, onEnded);
    this.underWay.delete(runId);
    onEnded();
  }

  private fail(work: TaskAtWork, error: unknown): void {
    const { metrics } = this.options;
    const { task, run, locals, workflowType, later, onEnded } = work;
    locals?.abandon();
    if (run !== undefined) {
      this.drop(run);
      run.isBusy = false;
    }
    metrics.workflowTaskFailed(workflowType, error instanceof Error ? error.name : 'Unknown');
    const runId = task.workflowExecution?.runId ?? '';
    void this.failureReports.report(task, error).then(() => this.takeUpNext(runId, undefined, later, onEnded));
  }

  private drop(run: WorkflowRun): void {
    this.options.cache.evict(run.runId);
    // One that never reached the cache.
    run.dispose();
  }

  /** Brings a run to where the task begins: the one in memory if it can go on, or a new one with the whole history. */
  private begin(task: Task, cached: WorkflowRun | undefined): WorkflowRun | Promise<WorkflowRun> {
    const input = this.histories.inputOf(task);
    return input instanceof Promise
      ? input.then((whole) => this.beginWith(task, whole, cached))
      : this.beginWith(task, input, cached);
  }

  private beginWith(task: Task, input: TaskInput, cached: WorkflowRun | undefined): WorkflowRun | Promise<WorkflowRun> {
    const { cache, createRun } = this.options;
    if (cached !== undefined) {
      try {
        // Given the whole history, the run begins anew: what it holds may not be what the server has.
        if (input.events[0]?.eventId === 1) throw new HistoryGapError(cached.replay.seenEventId + 1, 1);
        if (cached.sandbox.isUseless) throw new SandboxLostError();
        cached.start(input);
        return cached;
      } catch (error) {
        if (!(error instanceof HistoryGapError) && !(error instanceof SandboxLostError)) throw error;
        cache.evict(cached.runId);
      }
    }
    const { workflowId = '', runId = '' } = task.workflowExecution ?? {};
    const run = createRun({ workflowId, runId, workflowType: task.workflowType?.name ?? '' });
    if (input.events[0]?.eventId !== 1) return this.beginWithWhole(run, task, input);
    run.start(input);
    return run;
  }

  private async beginWithWhole(run: WorkflowRun, task: Task, input: TaskInput): Promise<WorkflowRun> {
    run.start({ ...input, events: await this.histories.whole(task, input.events) });
    return run;
  }

  /** Answers a workflow task. */
  private answer(run: WorkflowRun, task: Task, then: Answered): void {
    const answer = run.answer();
    if (answer.kind === 'legacyQuery') {
      this.answerQuery(run, task, answer.result).then(() => then.onAnswered(undefined), then.onFailed);
      return;
    }
    if (answer.isClosing) this.drop(run);
    else if (!then.isHeartbeat) this.keep(run);
    this.complete(run, task, answer, then);
  }

  private async answerQuery(run: WorkflowRun, task: Task, result: QueryAnswer): Promise<void> {
    const { transport, namespace } = this.options;
    const request = {
      namespace,
      taskToken: task.taskToken,
      completedType: result.resultType,
      queryResult: result.answer,
      errorMessage: result.errorMessage,
      failure: result.failure,
    };
    await callMethod(transport, methods.RespondQueryTaskCompleted, request, { timeoutMs: CALL_TIMEOUT_MS });
    this.keep(run);
  }

  private keep(run: WorkflowRun): void {
    const { cache, stickyQueue } = this.options;
    if (stickyQueue !== undefined && !this.isLeaving) return cache.put(run);
    this.drop(run);
  }

  private complete(run: WorkflowRun, task: Task, answer: Completed, then: Answered): void {
    const { isHeartbeat } = then;
    const { transport, namespace, identity, version, eagerActivities } = this.options;
    const { commands, reservedCount } = this.withEagerSlots(answer.commands);
    const request = {
      namespace,
      identity,
      taskToken: task.taskToken,
      commands,
      messages: answer.messages,
      queryResults: answer.queryResults,
      sdkMetadata: answer.sdkMetadata,
      versioningBehavior: answer.versioningBehavior as enums.VersioningBehavior,
      returnNewWorkflowTask: isHeartbeat || !this.isLeaving,
      forceCreateNewWorkflowTask: isHeartbeat,
      stickyAttributes: this.isLeaving ? undefined : this.stickyAttributes,
      ...version,
    };
    const options = { timeoutMs: CALL_TIMEOUT_MS };
    callMethod(transport, methods.RespondWorkflowTaskCompleted, request, options).then(
      (response) => take(then, () => this.takeResponse(run, response, reservedCount)),
      (error: unknown) => {
        if (reservedCount > 0) eagerActivities?.releaseEager(reservedCount);
        take(then, () => this.handleRefusal(run, error));
      },
    );
  }

  /** Begins the activities that came with the response; gives the next workflow task, if that came too. */
  private takeResponse(
    run: WorkflowRun,
    { activityTasks, resetHistoryEventId, workflowTask }: workflowservice.RespondWorkflowTaskCompletedResponse,
    reservedCount: number,
  ): Task | undefined {
    const { eagerActivities } = this.options;
    for (const activityTask of activityTasks) eagerActivities?.runEager(activityTask);
    const unusedCount = reservedCount - activityTasks.length;
    if (unusedCount > 0) eagerActivities?.releaseEager(unusedCount);
    run.replay.discardWorkflowTask(resetHistoryEventId);
    return workflowTask !== undefined && workflowTask.taskToken.length > 0 ? workflowTask : undefined;
  }

  /** The server did not take the answer: what this run believes to have happened has not. */
  private handleRefusal(run: WorkflowRun, error: unknown): undefined {
    const { logger } = this.options;
    this.drop(run);
    if (!(error instanceof GrpcServiceError)) throw error;
    const { workflowId, runId } = run;
    if (error.code === GrpcStatus.RESOURCE_EXHAUSTED && /larger than|too large|message size/i.test(error.details))
      throw error;
    const isExpected = error.code === GrpcStatus.NOT_FOUND || /UnhandledCommand/i.test(error.details);
    // Any other refusal was recorded by the server as the task's failure, or the task will time out: it is tried again either way.
    logger[isExpected ? 'debug' : 'warn']('The answer to a workflow task was not accepted', {
      workflowId,
      runId,
      error,
    });
    return undefined;
  }

  /** Asks for activities of this queue to be handed out at once, as far as there are slots for them. */
  private withEagerSlots(commands: readonly command.ICommand[]): {
    readonly commands: readonly command.ICommand[];
    readonly reservedCount: number;
  } {
    const { eagerActivities, taskQueue, maxEagerActivities } = this.options;
    let reservedCount = 0;
    const adjusted = commands.map((item) => {
      const attributes = item.scheduleActivityTaskCommandAttributes;
      if (attributes?.requestEagerExecution !== true) return item;
      const isOwn = attributes.taskQueue?.name === taskQueue && reservedCount < maxEagerActivities;
      if (isOwn && eagerActivities?.tryReserveEager() === true) {
        reservedCount += 1;
        return item;
      }
      return { ...item, scheduleActivityTaskCommandAttributes: { ...attributes, requestEagerExecution: false } };
    });
    return { commands: adjusted, reservedCount };
  }
}

function take({ onAnswered, onFailed }: Answered, nextTask: () => Task | undefined): void {
  let next: Task | undefined;
  try {
    next = nextTask();
  } catch (error) {
    onFailed(error);
    return;
  }
  onAnswered(next);
}

/** The queue on which the server offers the tasks of runs that this worker has in memory. */
export function stickyTaskQueue(name: string, normalName: string) {
  return { name, kind: enums.TaskQueueKind.TASK_QUEUE_KIND_STICKY, normalName };
}
