import { durationToMs, enums, msToDuration, type schedule } from '@perdure/protocol';
import { byteLength } from '../validate.js';
import { canonicalSpec } from './spec/index.js';
import type { ScheduleLimits } from './state.js';

const { ScheduleOverlapPolicy } = enums;
const DAY_MS = 86_400_000;
const DEFAULT_CATCHUP_WINDOW_MS = 365 * DAY_MS;
const MINIMUM_CATCHUP_WINDOW_MS = 10_000;
const POLICIES: readonly number[] = Object.values(ScheduleOverlapPolicy);

/** A schedule in its canonical form, or what is wrong with it. */
export type CanonicalSchedule = { readonly schedule: schedule.ISchedule } | { readonly problem: string };

/** Checks a schedule that somebody sent, but for its action, and fills in what was left out. */
export function canonicalSchedule(given: schedule.ISchedule, limits: ScheduleLimits): CanonicalSchedule {
  const spec = canonicalSpec(given.spec ?? {});
  if ('problem' in spec) return { problem: `Invalid schedule spec: ${spec.problem}.` };
  const problem =
    invalidOverlapPolicy('Policies.OverlapPolicy', given.policies?.overlapPolicy) ??
    invalidNote('State.Notes', given.state?.notes, limits);
  if (problem !== undefined) return { problem };
  const remainingActions = given.state?.remainingActions ?? 0;
  if (remainingActions < 0) return { problem: `State.RemainingActions is ${remainingActions}: give zero or more.` };
  return {
    schedule: {
      spec: spec.spec,
      action: given.action,
      policies: {
        overlapPolicy: given.policies?.overlapPolicy || ScheduleOverlapPolicy.SCHEDULE_OVERLAP_POLICY_SKIP,
        catchupWindow: msToDuration(catchupWindowMs(given.policies)),
        pauseOnFailure: given.policies?.pauseOnFailure ?? false,
        keepOriginalWorkflowId: given.policies?.keepOriginalWorkflowId ?? false,
      },
      state: {
        notes: given.state?.notes ?? '',
        paused: given.state?.paused ?? false,
        limitedActions: given.state?.limitedActions ?? false,
        remainingActions,
      },
    },
  };
}

/** What is wrong with a patch that somebody sent, if anything is. */
export function invalidPatch(patch: schedule.ISchedulePatch, limits: ScheduleLimits): string | undefined {
  const { backfillRequest } = patch;
  if ((backfillRequest?.length ?? 0) > limits.scheduleBackfills) {
    return `Patch.BackfillRequest has ${backfillRequest?.length ?? 0} entries: at most ${limits.scheduleBackfills} are allowed.`;
  }
  for (const { startTime, endTime, overlapPolicy } of backfillRequest ?? []) {
    if (startTime == null || endTime == null) return 'Patch.BackfillRequest needs both StartTime and EndTime.';
    const problem = invalidOverlapPolicy('Patch.BackfillRequest.OverlapPolicy', overlapPolicy);
    if (problem !== undefined) return problem;
  }
  return (
    invalidOverlapPolicy('Patch.TriggerImmediately.OverlapPolicy', patch.triggerImmediately?.overlapPolicy) ??
    invalidNote('Patch.Pause', patch.pause, limits) ??
    invalidNote('Patch.Unpause', patch.unpause, limits)
  );
}

/** How late an action may be taken; a year unless the policies say otherwise. */
export function catchupWindowMs(policies: schedule.ISchedulePolicies | null | undefined): number {
  const windowMs = durationToMs(policies?.catchupWindow);
  return windowMs === undefined ? DEFAULT_CATCHUP_WINDOW_MS : Math.max(windowMs, MINIMUM_CATCHUP_WINDOW_MS);
}

function invalidOverlapPolicy(field: string, policy: number | null | undefined): string | undefined {
  if (policy == null || POLICIES.includes(policy)) return undefined;
  return `${field} ${policy} is no overlap policy.`;
}

function invalidNote(field: string, note: string | null | undefined, limits: ScheduleLimits): string | undefined {
  const bytes = byteLength(note ?? '');
  if (bytes <= limits.scheduleNoteBytes) return undefined;
  return `${field} exceeds size limit: ${bytes} bytes, at most ${limits.scheduleNoteBytes} are allowed.`;
}
