import {
  ActivityCancellationDetails,
  fromPayloadsAtIndex,
  optionalTsToMs,
  toPayloadWithTypeInfo,
  type Payload,
} from '@perdure/common';
import type { workflowservice } from '@perdure/protocol';
import type { Clock } from '../clock.js';
import type { ActivityMetrics } from '../telemetry/index.js';
import type { ActivityAnswers } from './activity-answers.js';
import { ActivityExecution, type ExecutionGround } from './activity-execution.js';
import { activityTaskInfo, serializationContextOf } from './activity-info.js';
import { type ActivityOutcome, outcomeOfError } from './activity-outcome.js';
import { Heartbeats, heartbeatThrottleMs } from './heartbeats.js';

type ActivityTask = workflowservice.PollActivityTaskQueueResponse;

/** What activity tasks are run with. */
export interface ActivityTasksOptions {
  readonly ground: ExecutionGround;
  readonly answers: ActivityAnswers;
  readonly clock: Clock;
  readonly metrics: ActivityMetrics;
  readonly defaultHeartbeatThrottleMs: number;
  readonly maxHeartbeatThrottleMs: number;
}

interface Ended {
  readonly outcome: ActivityOutcome;
  readonly heartbeats?: Heartbeats;
}

/** Runs activity tasks and answers them; knows all that are running. */
export class ActivityTasks {
  private readonly executions = new Set<ActivityExecution>();
  private readonly pending = new Set<Promise<void>>();
  private isShuttingDown = false;

  constructor(private readonly options: ActivityTasksOptions) {}

  /** Runs one task and answers it. Never rejects. */
  async run(task: ActivityTask, isEager: boolean): Promise<void> {
    const done = this.runToAnswer(task, isEager);
    this.pending.add(done);
    await done;
    this.pending.delete(done);
  }

  /** Asks all that run, and all that are still to start, to stop, since the worker does. */
  cancelAll(): void {
    this.isShuttingDown = true;
    for (const execution of this.executions) execution.cancel('WORKER_SHUTDOWN', WORKER_SHUTDOWN);
  }

  /** Resolves when none is running and all are answered. */
  async drained(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending);
  }

  private async runToAnswer(task: ActivityTask, isEager: boolean): Promise<void> {
    const { metrics, clock, answers } = this.options;
    const activity = { activityType: task.activityType?.name ?? '', workflowType: task.workflowType?.name ?? '' };
    const receivedAtMs = clock.nowMs();
    metrics.activityTaskReceived(activity, isEager);
    metrics.activityScheduleToStart(
      (optionalTsToMs(task.startedTime) ?? 0) - (optionalTsToMs(task.currentAttemptScheduledTime) ?? 0),
    );
    const { outcome, heartbeats } = await this.execute(task);
    const endedAtMs = clock.nowMs();
    metrics.activityEnded(
      activity,
      outcome.status === 'failed' && outcome.isBenign ? 'benign' : outcome.status,
      endedAtMs - receivedAtMs,
      endedAtMs - (optionalTsToMs(task.scheduledTime) ?? endedAtMs),
    );
    const unsent = heartbeats?.stop();
    const unsentDetails = unsent instanceof Promise ? await unsent.catch(() => undefined) : unsent;
    if (heartbeats?.isActivityGone !== true) await answers.answer(task, outcome, unsentDetails);
  }

  private execute(task: ActivityTask): Promise<Ended> {
    const info = activityTaskInfo(task, this.options.ground.environment, undefined);
    return task.heartbeatDetails === undefined
      ? this.executeAs(task, info)
      : this.executeWithDetails(task, info, task.heartbeatDetails.payloads);
  }

  private async executeWithDetails(
    task: ActivityTask,
    info: ReturnType<typeof activityTaskInfo>,
    encodedDetails: readonly Payload[],
  ): Promise<Ended> {
    const { environment, pipeline } = this.options.ground;
    const context = serializationContextOf(info);
    const { payloadConverter } = environment.dataConverter;
    try {
      const payloads = await pipeline.incoming(encodedDetails, context);
      const heartbeatDetails = fromPayloadsAtIndex(payloadConverter, 0, payloads, context);
      return await this.executeAs(task, { ...info, heartbeatDetails });
    } catch (error) {
      return { outcome: await outcomeOfError(error, undefined, environment.dataConverter, context) };
    }
  }

  private async executeAs(task: ActivityTask, info: ReturnType<typeof activityTaskInfo>): Promise<Ended> {
    const execution: ActivityExecution = new ActivityExecution(this.options.ground, info, (details) =>
      heartbeats.record(details),
    );
    const heartbeats = this.heartbeatsOf(task, execution);
    this.executions.add(execution);
    if (this.isShuttingDown) execution.cancel('WORKER_SHUTDOWN', WORKER_SHUTDOWN);
    const outcome = await execution.run({
      arguments: task.input?.payloads ?? [],
      headers: task.header?.fields ?? {},
    });
    this.executions.delete(execution);
    return { outcome, heartbeats };
  }

  private heartbeatsOf(task: ActivityTask, execution: ActivityExecution): Heartbeats {
    const { ground, answers, clock, defaultHeartbeatThrottleMs, maxHeartbeatThrottleMs } = this.options;
    const { serializationContext, info } = execution;
    const { payloadConverter } = ground.environment.dataConverter;
    const limits = { defaultMs: defaultHeartbeatThrottleMs, maxMs: maxHeartbeatThrottleMs };
    return new Heartbeats({
      throttleMs: heartbeatThrottleMs(info.heartbeatTimeoutMs, limits),
      clock,
      convert: (details) => toPayloadWithTypeInfo(payloadConverter, details, serializationContext, undefined),
      encode: (payload) => ground.pipeline.outgoing(payload, serializationContext),
      send: (details) => answers.heartbeat(task, details),
      cancel: (reason, details) => execution.cancel(reason, details),
      onError: (error) =>
        void ground.workerLogger.warn('Activity heartbeat failed', { error, ...execution.logAttributes() }),
    });
  }
}

const WORKER_SHUTDOWN = new ActivityCancellationDetails({ workerShutdown: true });
