import { LazyMap } from '@perdure/common/internal';
import { msToTimestamp, timestampToMs, type google } from '@perdure/protocol';
import type {
  RequestCancelLocalActivityCommand,
  ResolveActivityJob,
  ScheduleLocalActivityCommand,
} from '@perdure/common/activation';
import type { MachineContext, OutgoingCommand } from './context.js';
import { NondeterminismError } from './errors.js';
import { activityCancellation } from './machines/activity.js';
import { localActivityCancelled } from './machines/failures.js';
import {
  localActivityMarkerCommand,
  localActivityRequest,
  localActivityResolution,
  type RecordedLocalActivity,
} from './machines/local-activity.js';
import type { LocalActivityCancellation, LocalActivityRequest, LocalActivityResult } from './workflow-task.js';

interface PendingLocalActivity {
  readonly command: ScheduleLocalActivityCommand;
  readonly originalScheduleTime: google.ITimestamp;
  isRequested: boolean;
  isCancelRequested: boolean;
}

/** How a local activity ended: what workflow code is told, and the marker that will tell the next replay. */
export interface LocalActivityEnd {
  readonly job: ResolveActivityJob;
  readonly marker: OutgoingCommand;
  readonly completedAtMs: number;
}

/**
 * The local activities of a run. Live, the worker runs them; on replay their markers say how they ended. Either way each end is
 * an activation of its own, in the order of the markers, so that replay wakes workflow code as often as life did.
 */
export class LocalActivities {
  private readonly pending = new LazyMap<number, PendingLocalActivity>();
  private readonly results: { readonly seq: number; readonly result: LocalActivityResult }[] = [];
  private readonly cancellations: LocalActivityCancellation[] = [];
  private recorded: RecordedLocalActivity[] = [];

  constructor(private readonly nowMs: () => number) {}

  get hasPending(): boolean {
    return this.pending.size > 0;
  }

  schedule(command: ScheduleLocalActivityCommand): void {
    const originalScheduleTime = command.originalScheduleTime ?? msToTimestamp(this.nowMs());
    this.pending.set(command.seq, {
      command,
      originalScheduleTime,
      isRequested: false,
      isCancelRequested: false,
    });
  }

  cancel({ seq }: RequestCancelLocalActivityCommand, { isReplaying, clockMs }: MachineContext): void {
    const activity = this.pending.get(seq);
    if (activity === undefined || activity.isCancelRequested) return;
    activity.isCancelRequested = true;
    // On replay the marker says how it ended; if there is none yet, it is asked to stop when it is run again.
    if (isReplaying) return;
    const { cancellationType, attempt } = activity.command;
    const waits = cancellationType === activityCancellation.waitCompleted;
    if (activity.isRequested && cancellationType !== activityCancellation.abandon) this.cancellations.push({ seq });
    if (waits && activity.isRequested) return;
    activity.isRequested = true;
    // No time passes for workflow code: it was it that cancelled. What was to be waited for has ended now, the rest never.
    const completedAtMs = waits ? clockMs : 0;
    const ending = { status: 'cancelled', failure: localActivityCancelled(), attempt: Math.max(1, attempt) } as const;
    this.results.push({ seq, result: { ...ending, completedAtMs } });
  }

  /** What the history says of the workflow task that is replayed next. */
  foresee(recorded: readonly RecordedLocalActivity[]): void {
    this.recorded.push(...recorded);
  }

  /** The worker has run one. Ignored if workflow code was told otherwise. */
  finish(seq: number, result: LocalActivityResult): void {
    if (this.pending.has(seq)) this.results.push({ seq, result });
  }

  /** The next one to end by what history says. Throws `NondeterminismError` if workflow code asked for another. */
  takeRecorded(): LocalActivityEnd | undefined {
    const [next] = this.recorded;
    const command = next && this.pending.get(next.seq)?.command;
    if (next === undefined || command === undefined) return undefined;
    const { activityType, seq, callSite } = command;
    if (activityType !== next.activityType) {
      throw new NondeterminismError({
        event: next.event,
        command: `the command to run local activity ${activityType}, number ${seq}`,
        callSite,
        reason: `local activity types differ: ${next.activityType} and ${activityType}`,
      });
    }
    this.recorded.shift();
    return this.end(next.seq, next.result, next.originalScheduleTime);
  }

  /** The next one to end by what the worker says. */
  takeResult(): LocalActivityEnd | undefined {
    for (let next = this.results.shift(); next !== undefined; next = this.results.shift()) {
      if (this.pending.has(next.seq)) return this.end(next.seq, next.result);
    }
    return undefined;
  }

  takeRequests(): readonly LocalActivityRequest[] {
    const requests: LocalActivityRequest[] = [];
    for (const activity of this.pending.values()) {
      if (activity.isRequested) continue;
      activity.isRequested = true;
      requests.push(localActivityRequest(activity.command, timestampToMs(activity.originalScheduleTime)));
      if (activity.isCancelRequested) this.cancellations.push({ seq: activity.command.seq });
    }
    return requests;
  }

  takeCancellations(): readonly LocalActivityCancellation[] {
    return this.cancellations.splice(0);
  }

  private end(seq: number, result: LocalActivityResult, recordedScheduleTime?: google.ITimestamp): LocalActivityEnd {
    const activity = this.pending.get(seq);
    if (activity === undefined) throw new Error(`Invariant violated: local activity ${seq} ended twice.`);
    this.pending.delete(seq);
    const originalScheduleTime = recordedScheduleTime ?? activity.originalScheduleTime;
    return {
      job: {
        kind: 'resolveActivity',
        seq,
        isLocal: true,
        result: localActivityResolution(activity.command, result, originalScheduleTime),
      },
      marker: localActivityMarkerCommand(activity.command, result, originalScheduleTime),
      completedAtMs: result.completedAtMs,
    };
  }
}
