import { ActivityCancellationDetails, fromPayloadsAtIndex, optionalTsToMs, type Payload } from '@perdure/common';
import { toNamedPayload } from '@perdure/common/internal';
import type { workflowservice } from '@perdure/protocol';
import { type InFlightEntry, InFlightSet } from '@perdure/protocol/in-flight';
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

/** An activity task that is worked on. */
interface TaskAtWork {
  readonly task: ActivityTask;
  readonly activity: MeteredActivity;
  readonly receivedAtMs: number;
  /** Called when all is done. */
  readonly onEnded: () => void;
}

/** An attempt that has begun. */
interface Attempt {
  readonly running: InFlightEntry<ActivityExecution>;
  readonly heartbeats: Heartbeats;
}

/** Runs activity tasks and answers them; knows all that are running. */
export class ActivityTasks {
  private readonly executions = new InFlightSet<ActivityExecution>();
  private readonly underWay = new UnderWay();
  private isShuttingDown = false;

  constructor(private readonly options: ActivityTasksOptions) {}

  /** Runs one task and answers it, and calls back when all is done. Calls, not promises, since each of those costs as much as a step. */
  run(task: ActivityTask, isEager: boolean, onEnded: () => void): void {
    const activity = { activityType: task.activityType?.name ?? '', workflowType: task.workflowType?.name ?? '' };
    const work = { task, activity, receivedAtMs: this.options.clock.nowMs(), onEnded };
    this.underWay.begin();
    this.received(task, activity, isEager);
    const info = activityTaskInfo(task, this.options.ground.environment, undefined);
    // The last attempt has left details, that a codec may have to decode.
    if (task.heartbeatDetails !== undefined) void this.beginWithDetails(work, info, task.heartbeatDetails.payloads);
    else this.begin(work, info);
  }

  private ended(work: TaskAtWork, outcome: ActivityOutcome, attempt: Attempt | undefined): void {
    const { metrics, clock } = this.options;
    const { task, activity, receivedAtMs } = work;
    attempt?.running.remove();
    const endedAtMs = clock.nowMs();
    metrics.activityEnded(
      activity,
      outcome.status === 'failed' && outcome.isBenign ? 'benign' : outcome.status,
      endedAtMs - receivedAtMs,
      endedAtMs - (optionalTsToMs(task.scheduledTime) ?? endedAtMs),
    );
    const unsent = attempt?.heartbeats.stop();
    if (unsent instanceof Promise) {
      void unsent.catch(() => undefined).then((details) => this.answer(work, outcome, attempt, details));
    } else this.answer(work, outcome, attempt, unsent);
  }

  private answer(
    { task, onEnded }: TaskAtWork,
    outcome: ActivityOutcome,
    attempt: Attempt | undefined,
    unsentDetails: Payload | undefined,
  ): void {
    const onHeard = (): void => {
      onEnded();
      this.underWay.end();
    };
    if (attempt?.heartbeats.isActivityGone === true) onHeard();
    else this.options.answers.answer(task, outcome, unsentDetails, onHeard);
  }

  /** Asks all that run, and all that are still to start, to stop, since the worker does. */
  cancelAll(): void {
    this.isShuttingDown = true;
    for (const execution of this.executions.toArray()) execution.cancel('WORKER_SHUTDOWN', WORKER_SHUTDOWN);
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

  private async beginWithDetails(
    work: TaskAtWork,
    info: ReturnType<typeof activityTaskInfo>,
    encodedDetails: readonly Payload[],
  ): Promise<void> {
    const { environment, pipeline } = this.options.ground;
    const context = serializationContextOf(info);
    const { payloadConverter } = environment.dataConverter;
    let heartbeatDetails: unknown;
    try {
      const payloads = await pipeline.incoming(encodedDetails, context);
      heartbeatDetails = fromPayloadsAtIndex(payloadConverter, 0, payloads, context);
    } catch (error) {
      this.ended(work, await outcomeOfError(error, undefined, environment.dataConverter, context), undefined);
      return;
    }
    this.begin(work, { ...info, heartbeatDetails });
  }

  private begin(work: TaskAtWork, info: ReturnType<typeof activityTaskInfo>): void {
    const { task } = work;
    const execution: ActivityExecution = new ActivityExecution(this.options.ground, info, (details) =>
      heartbeats.record(details),
    );
    const heartbeats = new Heartbeats(() => this.heartbeatOptions(task, execution));
    const running = this.executions.add(execution);
    if (this.isShuttingDown) execution.cancel('WORKER_SHUTDOWN', WORKER_SHUTDOWN);
    const input = { arguments: task.input?.payloads ?? [], headers: task.header?.fields ?? {} };
    execution.run(input, (outcome) => this.ended(work, outcome, { running, heartbeats }));
  }

  private heartbeatOptions(task: ActivityTask, execution: ActivityExecution): HeartbeatOptions {
    const { ground, answers, clock, defaultHeartbeatThrottleMs, maxHeartbeatThrottleMs } = this.options;
    const { serializationContext, info } = execution;
    const { payloadConverter } = ground.environment.dataConverter;
    const limits = { defaultMs: defaultHeartbeatThrottleMs, maxMs: maxHeartbeatThrottleMs };
    return {
      throttleMs: heartbeatThrottleMs(info.heartbeatTimeoutMs, limits),
      clock,
      convert: (details) =>
        toNamedPayload(payloadConverter, details, serializationContext, undefined, 'Details of a heartbeat'),
      encode: (payload) => ground.pipeline.outgoing(payload, serializationContext),
      send: (details) => answers.heartbeat(task, details),
      cancel: (reason, details) => execution.cancel(reason, details),
      onError: (error) =>
        void ground.workerLogger.warn('Activity heartbeat failed', { error, ...execution.logAttributes() }),
    };
  }
}

const WORKER_SHUTDOWN = new ActivityCancellationDetails({ workerShutdown: true });
