import { enums, type schedule } from '@perdure/protocol';
import { describe, expect, it } from 'vitest';
import { patchSchedule, updateSchedule } from './change.js';
import { conflictToken, revisionOf } from './description.js';
import type { ScheduleState } from './state.js';
import { canonical, everyMinute, withPolicy } from '../testing/schedule-world.js';

const {
  SCHEDULE_OVERLAP_POLICY_ALLOW_ALL: ALLOW_ALL,
  SCHEDULE_OVERLAP_POLICY_BUFFER_ALL: BUFFER_ALL,
  SCHEDULE_OVERLAP_POLICY_SKIP: SKIP,
} = enums.ScheduleOverlapPolicy;

describe('changes', () => {
  const updated = canonical({ spec: everyMinute, action: { startWorkflow: { workflowId: 'other' } } });
  const update = {
    schedule: updated,
    memo: undefined,
    searchAttributes: undefined,
    requestId: 'u',
    revision: undefined,
  };

  it('an update takes the place of what was there, and keeps what happened', () => {
    const world = withPolicy(BUFFER_ALL).trigger().start().trigger();
    const changed = updateSchedule(world.state, update, world.context) as ScheduleState;
    expect(world.become(changed).end().start().started.at(-1)).toMatch(/^other-/);
    expect(world.state.counts.actions).toBe(2);
    expect(world.state.updateTimeMs).toBe(world.nowMs);
  });

  it('an update that rests on an older revision is refused', () => {
    const world = withPolicy(SKIP);
    const revision = revisionOf(conflictToken(world.state));
    world.patch({ pause: 'x' });
    const refused = updateSchedule(world.state, { ...update, revision }, world.context);
    expect(refused).toMatchObject({ rejected: true, code: 'FAILED_PRECONDITION', message: /conflict token/ });
    const now = revisionOf(conflictToken(world.state));
    expect(updateSchedule(world.state, { ...update, revision: now }, world.context)).not.toHaveProperty('rejected');
    expect(
      updateSchedule(world.state, { ...update, revision: revisionOf(Uint8Array.of(1)) }, world.context),
    ).toHaveProperty('rejected');
  });

  it('a change that is asked for twice under one request id is made once', () => {
    const world = withPolicy(ALLOW_ALL).patch({ triggerImmediately: {} }, 'p').start();
    world.patch({ triggerImmediately: {} }, 'p').start();
    expect(world.started).toHaveLength(1);
    world.become(updateSchedule(world.state, update, world.context) as ScheduleState);
    const { revision } = world.state;
    expect((updateSchedule(world.state, update, world.context) as ScheduleState).revision).toBe(revision);
  });

  it.each<[schedule.ISchedulePatch, RegExp]>([
    [{ backfillRequest: [{}] }, /needs both StartTime and EndTime/],
    [{ triggerImmediately: { overlapPolicy: 99 as 1 } }, /Patch.TriggerImmediately.OverlapPolicy 99/],
    [{ pause: 'x'.repeat(1001) }, /Patch.Pause exceeds size limit/],
  ])('the patch %j is refused', (patch, expected) => {
    const world = withPolicy(SKIP);
    expect(patchSchedule(world.state, patch, '', world.context)).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expected,
    });
  });
});
