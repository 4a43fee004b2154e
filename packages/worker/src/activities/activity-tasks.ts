import {
  ActivityCancellationDetails,
  fromPayloadsAtIndex,
  optionalTsToMs,
  toPayloadWithTypeInfo,
  type Payload,
} from '@perdure/common';
import type { workflowservice } from '@perdure/protocol';
import type { Clock } from '../clock.js';
import { UnderWay } from '../polling/index.js';
import type { ActivityMetrics, MeteredActivity } from '../telemetry/index.js';
import type { ActivityAnswers } from './activity-answers.js';
import { ActivityExecution, type ExecutionGround } from './activity-execution.js';
import { activityTaskInfo, serializationContextOf } from './activity-info.js';
import { type ActivityOutcome, outcomeOfError } from './activity-outcome.js';
import { type HeartbeatOptions, Heartbeats, heartbeatThrottleMs } from './heartbeats.js';

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

/** An attempt that has begun; one that cannot begin has ended. */
interface Attempt {
  readonly ended: Promise<ActivityOutcome>;
  readonly execution?: ActivityExecution;
  readonly heartbeats?: Heartbeats;
}

/** Runs activity tasks and answers them; knows all that are running. */
export class ActivityTasks {
  private readonly executions = new Set<ActivityExecution>();
  private readonly underWay = new UnderWay();
  private isShuttingDown = false;

  constructor(private readonly options: ActivityTasksOptions) {}

  /** Runs one task and answers it. Never rejects. `onEnded` hears when all is done, which is a promise less than to wait for it. */
  async run(task: ActivityTask, isEager: boolean, onEnded: () => void): Promise<void> {
    const { metrics, clock, answers } = this.options;
    const activity = { activityType: task.activityType?.name ?? '', workflowType: task.workflowType?.name ?? '' };
    const receivedAtMs = clock.nowMs();
    this.underWay.begin();
    this.received(task, activity, isEager);
    const begun = this.attemptOf(task);
    const { execution, heartbeats, ended } = begun instanceof Promise ? await begun : begun;
    const outcome = await ended;
    if (execution !== undefined) this.executions.delete(execution);
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
    onEnded();
    this.underWay.end();
  }

  /** Asks all that run, and all that are still to start, to stop, since the worker does. */
  cancelAll(): void {
    this.isShuttingDown = true;
    for (const execution of this.executions) execution.cancel('WORKER_SHUTDOWN', WORKER_SHUTDOWN);
  }

  /** Resolves when none is running and all are answered. */
  drained(): Promise<void> {
    return this.underWay.drained();
  }

  private received(task: ActivityTask, activity: MeteredActivity, isEager: boolean): void {
    const { metrics } = this.options;
    metrics.activityTaskReceived(activity, isEager);
    metrics.activityScheduleToStart(
      (optionalTsToMs(task.startedTime) ?? 0) - (optionalTsToMs(task.currentAttemptScheduledTime) ?? 0),
    );
  }

  /** At once, unless the last attempt has left details that a codec may have to decode. */
  private attemptOf(task: ActivityTask): Attempt | Promise<Attempt> {
    const info = activityTaskInfo(task, this.options.ground.environment, undefined);
    return task.heartbeatDetails === undefined
      ? this.begin(task, info)
      : this.beginWithDetails(task, info, task.heartbeatDetails.payloads);
  }

  private async beginWithDetails(
    task: ActivityTask,
    info: ReturnType<typeof activityTaskInfo>,
    encodedDetails: readonly Payload[],
  ): Promise<Attempt> {
    const { environment, pipeline } = this.options.ground;
    const context = serializationContextOf(info);
    const { payloadConverter } = environment.dataConverter;
    try {
      const payloads = await pipeline.incoming(encodedDetails, context);
      const heartbeatDetails = fromPayloadsAtIndex(payloadConverter, 0, payloads, context);
      return this.begin(task, { ...info, heartbeatDetails });
    } catch (error) {
      return { ended: outcomeOfError(error, undefined, environment.dataConverter, context) };
    }
  }

  private begin(task: ActivityTask, info: ReturnType<typeof activityTaskInfo>): Attempt {
    const execution: ActivityExecution = new ActivityExecution(this.options.ground, info, (details) =>
      heartbeats.record(details),
    );
    const heartbeats = new Heartbeats(() => this.heartbeatOptions(task, execution));
    this.executions.add(execution);
    if (this.isShuttingDown) execution.cancel('WORKER_SHUTDOWN', WORKER_SHUTDOWN);
    const ended = execution.run({
      arguments: task.input?.payloads ?? [],
      headers: task.header?.fields ?? {},
    });
    return { ended, execution, heartbeats };
  }

  private heartbeatOptions(task: ActivityTask, execution: ActivityExecution): HeartbeatOptions {
    const { ground, answers, clock, defaultHeartbeatThrottleMs, maxHeartbeatThrottleMs } = this.options;
    const { serializationContext, info } = execution;
    const { payloadConverter } = ground.environment.dataConverter;
    const limits = { defaultMs: defaultHeartbeatThrottleMs, maxMs: maxHeartbeatThrottleMs };
    return {
      throttleMs: heartbeatThrottleMs(info.heartbeatTimeoutMs, limits),
      clock,
      convert: (details) => toPayloadWithTypeInfo(payloadConverter, details, serializationContext, undefined),
      encode: (payload) => ground.pipeline.outgoing(payload, serializationContext),
      send: (details) => answers.heartbeat(task, details),
      cancel: (reason, details) => execution.cancel(reason, details),
      onError: (error) =>
        void ground.workerLogger.warn('Activity heartbeat failed', { error, ...execution.logAttributes() }),
    };
  }
}

const WORKER_SHUTDOWN = new ActivityCancellationDetails({ workerShutdown: true });
