import { setMaxListeners } from 'node:events';
import { type Logger, LoggerWithComposedMetadata, SdkComponent } from '@perdure/common';
import { callMethod, type RpcTransport } from '@perdure/client/transport';
import { type common, services, type workflowservice } from '@perdure/protocol';
import { type Clock, pause, systemClock } from '../clock.js';
import {
  abortWith,
  Outage,
  POLL_AGAIN,
  pollEndOf,
  PollerPool,
  PollFailures,
  RateLimit,
  type PollEnd,
  type PollerCount,
} from '../polling/index.js';
import type { HeldSlot, Slots } from '../slots/index.js';
import type { WorkerMetrics } from '../telemetry/index.js';
import { ActivityAnswers, type WorkerStamp } from './activity-answers.js';
import type { ActivityEnvironment } from './activity-environment.js';
import { ActivityTasks } from './activity-tasks.js';
import { PayloadPipeline } from './payloads.js';

type ActivityTask = workflowservice.PollActivityTaskQueueResponse;
const { methods } = services.WorkflowService;

/** The server answers a poll with nothing after a minute; the rest is for the way. */
const POLL_TIMEOUT_MS = 70_000;

/** What an activity host is made of. */
export interface ActivityHostOptions {
  readonly environment: ActivityEnvironment;
  readonly transport: RpcTransport;
  readonly stamp: WorkerStamp;
  /** By which the server knows the polls of this worker. */
  readonly workerInstanceKey?: string | undefined;
  readonly workerVersionCapabilities?: common.IWorkerVersionCapabilities | undefined;
  readonly slots: Slots;
  readonly pollers: PollerCount;
  /** How many activities this worker starts a second; no limit by default. */
  readonly maxActivitiesPerSecond?: number | undefined;
  /** How many activities the server hands out a second, to all workers of the queue; no limit by default. */
  readonly maxTaskQueueActivitiesPerSecond?: number | undefined;
  /** Between heartbeats of activities without a heartbeat timeout; 30 seconds by default. */
  readonly defaultHeartbeatThrottleMs?: number | undefined;
  /** Between heartbeats of any activity; 60 seconds by default. */
  readonly maxHeartbeatThrottleMs?: number | undefined;
  readonly metrics: WorkerMetrics;
  readonly clock?: Clock | undefined;
  /** Called once, when the server refuses polls for good. The host goes on running what it has. */
  readonly onFatalError: (error: unknown) => void;
}

/** How an activity host ends. */
export interface ActivityShutdownOptions {
  /** How long activities may go on before they are cancelled. */
  readonly graceMs: number;
  /** Open polls are waited for until this aborts, since the server ends them; by default they are aborted at once. */
  readonly abortPolls?: AbortSignal | undefined;
  /** Until this resolves, activities may still be handed in. */
  readonly lastEager?: Promise<unknown> | undefined;
}

/** Polls a task queue for activities, runs them, and answers them; runs those that the workflow side hands in as well. */
export class ActivityHost {
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly tasks: ActivityTasks;
  private readonly outage: Outage;
  private readonly failures: PollFailures;
  private readonly rateLimit: RateLimit | undefined;
  private readonly pollRequest: workflowservice.IPollActivityTaskQueueRequest;
  private readonly stopping = new AbortController();
  private readonly abortingPolls = new AbortController();
  private readonly givingUp = new AbortController();
  private readonly eagerSlots: HeldSlot[] = [];
  private readonly pool: PollerPool;

  constructor(private readonly options: ActivityHostOptions) {
    const { environment, transport, stamp, metrics } = options;
    const { namespace, taskQueue } = environment;
    this.clock = options.clock ?? systemClock;
    this.logger = LoggerWithComposedMetadata.compose(environment.logger, {
      sdkComponent: SdkComponent.worker,
      taskQueue,
    });
    this.outage = new Outage(this.logger, () => this.clock.nowMs(), `task queue '${taskQueue}' for activities`);
    const { onFatalError } = options;
    this.failures = new PollFailures({
      ...{ outage: this.outage, clock: this.clock, stopping: this.stopping.signal, onFatalError },
    });
    const { maxActivitiesPerSecond: rate } = options;
    this.rateLimit = rate === undefined ? undefined : new RateLimit(rate, () => this.clock.nowMs());
    this.pollRequest = pollRequest(options);
    this.pool = new PollerPool(
      options.pollers,
      (failures, onEnd) => void this.poll(failures).then(onEnd),
      (openPolls) => metrics.pollers('activity_task', openPolls),
    );
    // One listener for every poll, and pollers may be many.
    setMaxListeners(0, this.stopping.signal, this.abortingPolls.signal, this.givingUp.signal);
    this.tasks = new ActivityTasks({
      ground: { environment, pipeline: new PayloadPipeline(environment.dataConverter), workerLogger: this.logger },
      answers: new ActivityAnswers({
        transport,
        namespace,
        stamp,
        clock: this.clock,
        logger: this.logger,
        giveUp: this.givingUp.signal,
      }),
      clock: this.clock,
      metrics,
      defaultHeartbeatThrottleMs: options.defaultHeartbeatThrottleMs ?? 30_000,
      maxHeartbeatThrottleMs: options.maxHeartbeatThrottleMs ?? 60_000,
    });
  }

  /** How many activities are running. */
  get runningCount(): number {
    return this.options.slots.usedCount;
  }

  /** Starts to poll. Once only. */
  start(): void {
    this.pool.start();
  }

  /**
   * Keeps a slot for an activity that the server may hand out with the answer to a workflow task. If true, follow it with
   * {@link runEager} or {@link releaseEager}.
   */
  tryReserveEager(): boolean {
    if (this.stopping.signal.aborted) return false;
    const slot = this.options.slots.tryReserve();
    if (slot === undefined) return false;
    if (this.rateLimit?.tryTake() === false) {
      slot.release();
      return false;
    }
    this.eagerSlots.push(slot);
    return true;
  }

  /** Gives back slots that the server had no activity for. */
  releaseEager(count = 1): void {
    for (const slot of this.eagerSlots.splice(0, count)) {
      this.rateLimit?.giveBack();
      slot.release();
    }
  }

  /** Runs an activity that the server handed out with the answer to a workflow task, in a slot of {@link tryReserveEager}. */
  runEager(task: ActivityTask): void {
    const slot = this.eagerSlots.pop();
    if (slot === undefined)
      throw new Error('Invariant violated: an eager activity came that no slot was reserved for.');
    this.runIn(slot, task, true);
  }

  /**
   * Stops polling, waits for what runs, cancels it after the grace time, and resolves when all is answered. Activities that
   * ignore their cancellation keep it waiting; {@link abandon} ends that.
   */
  async shutdown({ graceMs, abortPolls, lastEager }: ActivityShutdownOptions): Promise<void> {
    this.stopping.abort();
    abortWith(this.abortingPolls, abortPolls ?? this.stopping.signal);
    const cancelTimer = this.clock.schedule(graceMs, () => this.tasks.cancelAll());
    await this.pool.ended();
    await lastEager;
    this.releaseEager(this.eagerSlots.length);
    await this.tasks.drained();
    cancelTimer();
    this.logger.debug('Activity Worker terminated');
  }

  /** Stops trying to be heard by the server: what is not answered by now is left to time out. */
  abandon(): void {
    this.stopping.abort();
    this.abortingPolls.abort();
    this.givingUp.abort();
  }

  private async poll(failures: number): Promise<PollEnd> {
    const { signal } = this.stopping;
    const reserved = this.options.slots.reserve(signal);
    const slot = reserved instanceof Promise ? await reserved : reserved;
    if (slot === undefined) return 'stop';
    try {
      const answer = await this.pollOnce();
      if (answer !== undefined && answer.taskToken.length > 0) this.runIn(slot, answer, false);
      else slot.release();
      return signal.aborted ? 'stop' : answer === undefined ? POLL_AGAIN : pollEndOf(answer);
    } catch (error) {
      slot.release();
      return await this.failures.take(error, failures + 1);
    }
  }

  /** Undefined when there was no time left to poll. */
  private async pollOnce(): Promise<workflowservice.PollActivityTaskQueueResponse | undefined> {
    const { transport, metrics } = this.options;
    const delayMs = this.rateLimit?.take() ?? 0;
    let isUsed = false;
    try {
      if (delayMs > 0) await pause(this.clock, delayMs, this.stopping.signal);
      if (this.stopping.signal.aborted) return undefined;
      const options = { timeoutMs: POLL_TIMEOUT_MS, signal: this.abortingPolls.signal };
      const task = await callMethod(transport, methods.PollActivityTaskQueue, this.pollRequest, options);
      this.outage.answered();
      isUsed = task.taskToken.length > 0;
      if (!isUsed) metrics.activityPollEmpty();
      return task;
    } finally {
      if (!isUsed) this.rateLimit?.giveBack();
    }
  }

  private runIn(slot: HeldSlot, task: ActivityTask, isEager: boolean): void {
    slot.markUsed({ type: 'activity', activityType: task.activityType?.name ?? '' });
    this.tasks.run(task, isEager, () => slot.release());
  }
}

function pollRequest(options: ActivityHostOptions): workflowservice.IPollActivityTaskQueueRequest {
  const { environment, stamp, maxTaskQueueActivitiesPerSecond: rate } = options;
  return {
    namespace: environment.namespace,
    taskQueue: { name: environment.taskQueue },
    identity: stamp.identity,
    workerInstanceKey: options.workerInstanceKey,
    taskQueueMetadata: rate === undefined ? undefined : { maxTasksPerSecond: { value: rate } },
    workerVersionCapabilities: options.workerVersionCapabilities,
    deploymentOptions: stamp.deploymentOptions,
  };
}
