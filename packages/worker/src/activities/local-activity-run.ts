import { ActivityCancellationDetails, msNumberToTs, optionalTsToMs } from '@perdure/common';
import type { failure } from '@perdure/protocol';
import type { LocalActivityRequest, LocalActivityResult } from '@perdure/replay';
import { type Clock, pause } from '../clock.js';
import type { HeldSlot, Slots } from '../slots/index.js';
import type { ActivityMetrics } from '../telemetry/index.js';
import { ActivityExecution, type ExecutionGround } from './activity-execution.js';
import { localActivityInfo, type LocalActivityOwner } from './activity-info.js';
import type { ActivityOutcome } from './activity-outcome.js';
import {
  cancelledFailure,
  type LocalActivityTimeout,
  timeoutFailure,
  unsupportedAsyncFailure,
} from './local-activity-failures.js';
import { localRetry } from './local-retry.js';

const DEFAULT_RETRY_THRESHOLD_MS = 60_000;

/** What all runs of local activities share. */
export interface LocalActivityGround {
  readonly execution: ExecutionGround;
  readonly slots: Slots;
  readonly metrics: ActivityMetrics;
  readonly clock: Clock;
}

type AttemptEnd = ActivityOutcome | { readonly status: 'timedOut'; readonly timeout: LocalActivityTimeout };
type Ending = LocalActivityResult extends infer R
  ? R extends unknown
    ? Omit<R, 'attempt' | 'completedAtMs'>
    : never
  : never;

/** One local activity with all its attempts, up to the first that is too far away to wait for. */
export class LocalActivityRun {
  private attempt: number;
  private readonly deadlineMs: number;
  /** Ends all waiting: for a slot, and for the next attempt. */
  private readonly stopWaiting = new AbortController();
  private execution: ActivityExecution | undefined;
  private isCancelled = false;
  private isWorkerShuttingDown = false;

  constructor(
    private readonly ground: LocalActivityGround,
    private readonly request: LocalActivityRequest,
    private readonly owner: LocalActivityOwner,
  ) {
    this.attempt = request.attempt;
    const scheduleToCloseMs = optionalTsToMs(request.scheduleToCloseTimeout) ?? 0;
    this.deadlineMs = scheduleToCloseMs > 0 ? request.originalScheduleTimeMs + scheduleToCloseMs : Infinity;
  }

  /** The workflow does not want it any more. */
  cancel(): void {
    this.isCancelled = true;
    this.stopWaiting.abort();
    this.execution?.cancel('CANCELLED', new ActivityCancellationDetails({ cancelRequested: true }));
  }

  /** The worker stops. */
  shutDown(): void {
    this.isWorkerShuttingDown = true;
    this.stopWaiting.abort();
    this.execution?.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
  }

  /** Runs it to its end. Never rejects. */
  async toEnd(): Promise<LocalActivityResult> {
    const ending = await this.run();
    return { ...ending, attempt: this.attempt, completedAtMs: this.ground.clock.nowMs() };
  }

  private async run(): Promise<Ending> {
    for (let isFirst = true; ; isFirst = false) {
      const slot = await this.reserveSlot(isFirst);
      const end = 'status' in slot ? slot : await this.runAttempt(slot);
      if (end.status === 'completed') return { status: 'completed', result: end.result };
      if (end.status === 'cancelled') return { status: 'cancelled', failure: end.failure };
      const reason = this.failureOf(end);
      if (end.status === 'async' || this.isCancelled) return { status: 'failed', failure: reason };
      if (end.status === 'timedOut' && end.timeout !== 'startToClose') return { status: 'failed', failure: reason };
      const remainingMs = this.deadlineMs - this.ground.clock.nowMs();
      const retry = localRetry(this.request.retryPolicy ?? undefined, this.attempt, reason, remainingMs);
      if (retry.kind === 'giveUp') return { status: 'failed', failure: reason };
      const isFarOff = retry.delayMs > (optionalTsToMs(this.request.localRetryThreshold) ?? DEFAULT_RETRY_THRESHOLD_MS);
      // When the worker stops, the server's timer brings the next attempt to another one.
      if (isFarOff || this.isWorkerShuttingDown) {
        return { status: 'backoff', failure: reason, backoff: msNumberToTs(retry.delayMs) };
      }
      await pause(this.ground.clock, retry.delayMs, this.stopWaiting.signal);
      if (this.isCancelled) return { status: 'cancelled', failure: cancelledFailure() };
      this.attempt++;
    }
  }

  private failureOf(end: Exclude<AttemptEnd, { status: 'completed' | 'cancelled' }>): failure.IFailure {
    switch (end.status) {
      case 'failed':
        return end.failure;
      case 'timedOut':
        return timeoutFailure(end.timeout);
      case 'async':
        return unsupportedAsyncFailure(this.request.activityType);
    }
  }

  /** A slot, or how the activity ends without one. */
  private async reserveSlot(isFirst: boolean): Promise<HeldSlot | AttemptEnd> {
    const { slots, clock } = this.ground;
    if (this.stopWaiting.signal.aborted) return { status: 'cancelled', failure: cancelledFailure() };
    const free = slots.tryReserve();
    if (free !== undefined) return free;
    const scheduleToStartMs = isFirst ? optionalTsToMs(this.request.scheduleToStartTimeout) || Infinity : Infinity;
    const untilDeadlineMs = this.deadlineMs - clock.nowMs();
    const timeoutMs = Math.min(scheduleToStartMs, untilDeadlineMs);
    const timedOut = new AbortController();
    const stopTimer = timeoutMs === Infinity ? undefined : clock.schedule(timeoutMs, () => timedOut.abort());
    const slot = await slots.reserve(AbortSignal.any([timedOut.signal, this.stopWaiting.signal]));
    stopTimer?.();
    if (slot !== undefined) return slot;
    if (!timedOut.signal.aborted) return { status: 'cancelled', failure: cancelledFailure() };
    return {
      status: 'timedOut',
      timeout: scheduleToStartMs <= untilDeadlineMs ? 'scheduleToStart' : 'scheduleToClose',
    };
  }

  private async runAttempt(slot: HeldSlot): Promise<AttemptEnd> {
    const { execution: ground, metrics, clock } = this.ground;
    const { activityType } = this.request;
    const activity = { activityType, workflowType: this.owner.workflowType };
    const startedAtMs = clock.nowMs();
    slot.markUsed({ type: 'local-activity', activityType });
    metrics.localActivityStarted(activity);
    const timing = { attempt: this.attempt, scheduledAtMs: startedAtMs };
    const info = localActivityInfo(this.request, this.owner, ground.environment, timing);
    // A local activity has nobody to send heartbeats to: its worker is the one that runs its workflow task.
    const execution = new ActivityExecution(ground, info, () => {});
    this.execution = execution;
    // It may have been cancelled between getting the slot and coming here.
    if (this.isCancelled) this.cancel();
    else if (this.isWorkerShuttingDown) this.shutDown();
    const end = await this.inTime(execution, startedAtMs);
    this.execution = undefined;
    slot.release();
    const endedAtMs = clock.nowMs();
    metrics.localActivityEnded(
      activity,
      end.status === 'timedOut' ? 'failed' : end.status === 'failed' && end.isBenign ? 'benign' : end.status,
      endedAtMs - startedAtMs,
      endedAtMs - this.request.originalScheduleTimeMs,
    );
    return end;
  }

  /** How the execution ends, or that it has not in time: nobody waits for one that ignores being told. */
  private inTime(execution: ActivityExecution, startedAtMs: number): Promise<AttemptEnd> {
    const input = { arguments: this.request.arguments, headers: this.request.headers };
    const ended = new Promise<ActivityOutcome>((onEnded) => execution.run(input, onEnded));
    const startToCloseMs = optionalTsToMs(this.request.startToCloseTimeout) || Infinity;
    const untilDeadlineMs = this.deadlineMs - startedAtMs;
    const timeoutMs = Math.min(startToCloseMs, untilDeadlineMs);
    if (timeoutMs === Infinity) return ended;
    const timeout = startToCloseMs < untilDeadlineMs ? 'startToClose' : 'scheduleToClose';
    return new Promise((resolve) => {
      const stopTimer = this.ground.clock.schedule(timeoutMs, () => {
        resolve({ status: 'timedOut', timeout });
        execution.cancel('TIMED_OUT', new ActivityCancellationDetails({ timedOut: true }));
      });
      void ended.then((outcome) => {
        stopTimer();
        resolve(outcome);
      });
    });
  }
}
