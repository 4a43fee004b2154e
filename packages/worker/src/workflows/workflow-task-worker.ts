import { enums, services, type command, type taskqueue, type workflowservice } from '@perdure/protocol';
import { callMethod, GrpcServiceError, GrpcStatus, type RpcTransport } from '@perdure/client/transport';
import { msNumberToTs, type Logger } from '@perdure/common';
import { HistoryGapError, type WorkflowTaskAnswer } from '@perdure/replay';
import type { Clock } from '../clock.js';
import { DeadlockError } from '../sandbox/index.js';
import { SandboxLostError } from './activation-queue.js';
import { LocalActivitiesUnderWay } from './local-activities-under-way.js';
import type { WorkflowMetrics } from '../telemetry/index.js';
import type { EagerActivities, LocalActivityHost } from './ports.js';
import type { RunCache } from './run-cache.js';
import { HistoryUnavailableError, TaskHistories } from './task-histories.js';
import { workflowTaskFailure, type WorkflowTaskFailure } from './task-failure.js';
import { WorkflowCodeError, type TaskInput, type WorkflowRun } from './workflow-run.js';

type Task = workflowservice.PollWorkflowTaskQueueResponse;
type Completed = Extract<WorkflowTaskAnswer, { kind: 'completed' }>;
type QueryAnswer = Extract<WorkflowTaskAnswer, { kind: 'legacyQuery' }>['result'];

const methods = services.WorkflowService.methods;
const LAST_ATTEMPT_REPORTED = 1;
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
  run: WorkflowRun | undefined;
  locals: LocalActivitiesUnderWay | undefined;
  /** The server has given the run to somebody else, or ended it: there is nothing to answer. */
  isLost: boolean;
}

/** Works on one workflow task after the other: history in, answer out. */
export class WorkflowTaskWorker {
  /** Runs with a task under way, and their tasks that have come meanwhile: a query, or one that replaces a task that timed out. */
  private readonly underWay = new Map<string, Task[]>();
  private isLeaving = false;

  private readonly histories: TaskHistories;
  private readonly stickyAttributes: taskqueue.IStickyExecutionAttributes | undefined;

  constructor(private readonly options: WorkflowTaskWorkerOptions) {
    const { stickyQueue, taskQueue } = options;
    this.histories = new TaskHistories(options);
    this.stickyAttributes = stickyQueue && {
      workerTaskQueue: stickyTaskQueue(stickyQueue.name, taskQueue),
      scheduleToStartTimeout: msNumberToTs(stickyQueue.scheduleToStartTimeoutMs),
    };
  }

  /** From now on runs are not kept, and their next tasks are for other workers. */
  leaveRunsToOthers(): void {
    this.isLeaving = true;
  }

  /** Sees a workflow task through. Never rejects. */
  async work(task: Task): Promise<void> {
    const runId = task.workflowExecution?.runId ?? '';
    const waiting = this.underWay.get(runId);
    if (waiting !== undefined) {
      waiting.push(task);
      return;
    }
    const later: Task[] = [];
    this.underWay.set(runId, later);
    for (let next: Task | undefined = task; next !== undefined;) next = (await this.workOnce(next)) ?? later.shift();
    this.underWay.delete(runId);
  }

  private async workOnce(task: Task): Promise<Task | undefined> {
    const { cache, clock, metrics } = this.options;
    const cached = cache.take(task.workflowExecution?.runId ?? '');
    const startedAtMs = clock.nowMs();
    const workflowType = task.workflowType?.name ?? '';
    metrics.workflowTaskReceived();
    if (cached === undefined) metrics.stickyCacheMiss(workflowType);
    else metrics.stickyCacheHit(workflowType);
    const work: TaskAtWork = { task, run: cached, locals: undefined, isLost: false };
    try {
      // What is in use stays in the cache.
      if (cached !== undefined) cached.isBusy = true;
      const begun = this.begin(task, cached);
      const run = begun instanceof Promise ? await begun : begun;
      run.isBusy = true;
      work.run = run;
      const locals = new LocalActivitiesUnderWay(run, this.options.localActivities);
      work.locals = locals;
      do {
        for (let advanced = run.advance(); advanced !== undefined; advanced = run.advance()) {
          await advanced;
          locals.begin();
        }
        locals.begin();
      } while (run.replay.isWaitingForLocalActivities && (await this.waitForLocals(work, run, locals)));
      const next = work.isLost ? undefined : await this.answer(run, work.task, false);
      locals.abandon();
      run.isBusy = false;
      metrics.workflowTaskExecuted(workflowType, clock.nowMs() - startedAtMs);
      return next;
    } catch (error) {
      await this.fail(work, workflowType, error);
      return undefined;
    }
  }

  /** Waits for a local activity, and keeps the task alive if that takes long; false if the task is lost. */
  private async waitForLocals(work: TaskAtWork, run: WorkflowRun, locals: LocalActivitiesUnderWay): Promise<boolean> {
    if (await locals.next(run.taskTimeoutMs * HEARTBEAT_SHARE, this.options.clock)) return true;
    const heartbeat = await this.answer(run, work.task, true);
    if (heartbeat === undefined) {
      this.drop(run);
      work.isLost = true;
      return false;
    }
    work.task = heartbeat;
    run.start(await this.histories.newsOf(heartbeat, run.replay.seenEventId));
    return true;
  }

  private async fail({ task, run, locals }: TaskAtWork, workflowType: string, error: unknown): Promise<void> {
    const { logger, metrics } = this.options;
    locals?.abandon();
    if (run !== undefined) {
      this.drop(run);
      run.isBusy = false;
    }
    metrics.workflowTaskFailed(workflowType, error instanceof Error ? error.name : 'Unknown');
    await this.reportFailure(task, error).catch((reportError: unknown) => {
      const { workflowId, runId } = task.workflowExecution ?? {};
      // The task has timed out, or its workflow has closed: nobody needs to know any more.
      const isExpected = reportError instanceof GrpcServiceError && reportError.code === GrpcStatus.NOT_FOUND;
      const fields = { workflowId, runId, error: reportError };
      logger[isExpected ? 'debug' : 'warn']('The failure of a workflow task could not be reported', fields);
    });
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

  /** Answers a workflow task; gives the next one of the run, if the server had it at hand. */
  private answer(run: WorkflowRun, task: Task, isHeartbeat: boolean): Promise<Task | undefined> {
    const answer = run.answer();
    if (answer.kind === 'legacyQuery') return this.answerQuery(run, task, answer.result);
    if (answer.isClosing) this.drop(run);
    else if (!isHeartbeat) this.keep(run);
    return this.complete(run, task, answer, isHeartbeat);
  }

  private async answerQuery(run: WorkflowRun, task: Task, result: QueryAnswer): Promise<undefined> {
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

  private complete(run: WorkflowRun, task: Task, answer: Completed, isHeartbeat: boolean): Promise<Task | undefined> {
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
    return callMethod(transport, methods.RespondWorkflowTaskCompleted, request, options).then(
      (response) => this.takeResponse(run, response, reservedCount),
      (error: unknown) => {
        if (reservedCount > 0) eagerActivities?.releaseEager(reservedCount);
        return this.handleRefusal(run, error);
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

  private async reportFailure(task: Task, error: unknown): Promise<void> {
    const { transport, namespace, identity, logger } = this.options;
    const { workflowId = '', runId = '' } = task.workflowExecution ?? {};
    // Nobody's fault here: the task times out or is given out again, and is worked on in a new sandbox.
    if (error instanceof SandboxLostError) return;
    if (error instanceof HistoryUnavailableError && task.query === undefined) {
      logger.warn(error.message, { workflowId, runId, error: error.cause });
      return;
    }
    const { cause, failure } = error instanceof WorkflowCodeError ? codeFailure(error) : workflowTaskFailure(error);
    const attributes = { workflowId, runId, workflowType: task.workflowType?.name, attempt: task.attempt };
    logger.warn(`Workflow task failed: ${failure.message ?? ''}`, { ...attributes, error: originalOf(error, failure) });
    if (task.query !== undefined) {
      const completedType = enums.QueryResultType.QUERY_RESULT_TYPE_FAILED;
      const request = { namespace, taskToken: task.taskToken, completedType, errorMessage: failure.message, failure };
      await callMethod(transport, methods.RespondQueryTaskCompleted, request, { timeoutMs: CALL_TIMEOUT_MS });
      return;
    }
    // Later attempts are left to time out, so that a workflow that cannot go on does not keep everybody busy.
    if (task.attempt > LAST_ATTEMPT_REPORTED && !(error instanceof DeadlockError)) return;
    const request = { namespace, identity, taskToken: task.taskToken, cause, failure };
    await callMethod(transport, methods.RespondWorkflowTaskFailed, request, { timeoutMs: CALL_TIMEOUT_MS });
  }
}

/** The queue on which the server offers the tasks of runs that this worker has in memory. */
export function stickyTaskQueue(name: string, normalName: string) {
  return { name, kind: enums.TaskQueueKind.TASK_QUEUE_KIND_STICKY, normalName };
}

function codeFailure({ completion }: WorkflowCodeError): WorkflowTaskFailure {
  const cause = completion.forceCause as enums.WorkflowTaskFailedCause;
  return {
    cause: cause || enums.WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
    failure: completion.failure,
  };
}

function originalOf(error: unknown, failure: WorkflowTaskFailure['failure']): unknown {
  return error instanceof WorkflowCodeError ? (failure.stackTrace ?? failure.message) : error;
}
