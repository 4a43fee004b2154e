import { enums, msToTimestamp } from '@perdure/protocol';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../limits.js';
import { nextDueMs } from './advance.js';
import { scheduleInfo } from './description.js';
import { recordStarted, recordStartFailed, recordStopAsked, workOf } from './outcome.js';
import { encodeSchedule } from './record.js';
import {
  everyMinute,
  MINUTE_MS,
  range,
  ScheduleWorld,
  START_MS,
  threeActions,
  withPolicy,
} from '../testing/schedule-world.js';

const { WorkflowExecutionStatus: Status } = enums;
const {
  SCHEDULE_OVERLAP_POLICY_ALLOW_ALL: ALLOW_ALL,
  SCHEDULE_OVERLAP_POLICY_BUFFER_ALL: BUFFER_ALL,
  SCHEDULE_OVERLAP_POLICY_BUFFER_ONE: BUFFER_ONE,
  SCHEDULE_OVERLAP_POLICY_CANCEL_OTHER: CANCEL_OTHER,
  SCHEDULE_OVERLAP_POLICY_SKIP: SKIP,
  SCHEDULE_OVERLAP_POLICY_TERMINATE_OTHER: TERMINATE_OTHER,
} = enums.ScheduleOverlapPolicy;

describe('an action', () => {
  it('starts a workflow named after its time, when that has come', () => {
    const world = new ScheduleWorld({ spec: everyMinute });
    expect(nextDueMs(world.state, world.context.times)).toBe(START_MS + MINUTE_MS);
    expect(workOf(world.pass(MINUTE_MS - 1).state).starts).toEqual([]);
    expect(workOf(world.pass(1).state).starts).toMatchObject([
      { workflowId: 'w-2026-01-01T00:01:00Z', requestId: 'i-0', nominalMs: START_MS + MINUTE_MS },
    ]);
  });

  it('keeps the id if that is wanted', () => {
    const world = new ScheduleWorld({ spec: everyMinute, policies: { keepOriginalWorkflowId: true } });
    expect(world.pass(MINUTE_MS).start().started).toEqual(['w']);
  });

  it('is planned once, however often the schedule is looked at', () => {
    const world = new ScheduleWorld({ spec: everyMinute }).pass(MINUTE_MS).pass(0).pass(10);
    expect(workOf(world.state).starts).toHaveLength(1);
    world.start();
    expect(world.become(recordStarted(world.state, 'i-0', 'again', world.nowMs)).summary).toMatch(
      /started 1, running 1/,
    );
  });

  it('that could not be taken in time is missed', () => {
    const world = new ScheduleWorld({
      spec: everyMinute,
      policies: { overlapPolicy: ALLOW_ALL, catchupWindow: { seconds: 1 } },
    });
    world.pass(10 * MINUTE_MS + 5000).start();
    expect(world.state.counts).toMatchObject({ actions: 1, missedCatchupWindow: 9 });
    expect(world.state.schedule.policies?.catchupWindow).toEqual({ seconds: 10, nanos: 0 });
  });

  it('that was late is taken within the window, a year by default', () => {
    const world = new ScheduleWorld({ spec: everyMinute, policies: { overlapPolicy: ALLOW_ALL } })
      .pass(10 * MINUTE_MS)
      .start();
    expect(world.started).toHaveLength(10);
  });
});

describe('overlap', () => {
  it('SKIP leaves out what falls due meanwhile', () => {
    const world = threeActions(SKIP);
    expect(world.summary).toBe('started 1, running 1, waiting 0, skipped 2');
    expect(world.end().pass(MINUTE_MS).start().summary).toBe('started 2, running 1, waiting 0, skipped 2');
  });

  it('BUFFER_ONE lets one wait', () => {
    const world = threeActions(BUFFER_ONE);
    expect(world.summary).toBe('started 1, running 1, waiting 1, skipped 1');
    expect(world.end().start().summary).toBe('started 2, running 1, waiting 0, skipped 1');
    expect(world.started).toEqual(['w-2026-01-01T00:01:00Z', 'w-2026-01-01T00:02:00Z']);
  });

  it('BUFFER_ALL lets all wait, in order', () => {
    const world = threeActions(BUFFER_ALL);
    expect(world.summary).toBe('started 1, running 1, waiting 2, skipped 0');
    expect(world.end().start().end().start().end().summary).toBe('started 3, running 0, waiting 0, skipped 0');
    expect(world.started.map((id) => id.slice(-7))).toEqual(
      ['01:00Z', '02:00Z', '03:00Z'].map((end) => end.padStart(7, ':')),
    );
  });

  it('ALLOW_ALL starts everything, and waits for nothing', () => {
    expect(threeActions(ALLOW_ALL).summary).toBe('started 3, running 0, waiting 0, skipped 0');
  });

  it.each([
    [CANCEL_OTHER, 'cancel'],
    [TERMINATE_OTHER, 'terminate'],
  ] as const)('policy %i stops what runs, and starts the newest after its end', (policy, stop) => {
    const world = threeActions(policy);
    expect(world.summary).toBe('started 1, running 1, waiting 1, skipped 1');
    const [asked] = workOf(world.state).stops;
    expect(asked).toMatchObject({ stop, workflowId: 'w-2026-01-01T00:01:00Z' });
    world.become(recordStopAsked(world.state, asked!));
    expect(workOf(world.state).stops).toEqual([]);
    world.end(Status.WORKFLOW_EXECUTION_STATUS_CANCELED).start();
    expect(world.started.at(-1)).toBe('w-2026-01-01T00:03:00Z');
  });

  it('a workflow that was asked to cancel can still be terminated', () => {
    const world = threeActions(CANCEL_OTHER);
    world.become(recordStopAsked(world.state, workOf(world.state).stops[0]!));
    expect(workOf(world.trigger(TERMINATE_OTHER).state).stops).toMatchObject([{ stop: 'terminate' }]);
  });

  it('of a trigger is its own', () => {
    const world = withPolicy(SKIP).trigger().start().trigger().start();
    expect(world.summary).toBe('started 1, running 1, waiting 0, skipped 1');
    world.pass(1000).trigger(BUFFER_ONE).trigger(BUFFER_ONE).start();
    expect(world.summary).toBe('started 1, running 1, waiting 1, skipped 2');
    expect(world.pass(1000).trigger(ALLOW_ALL).start().summary).toBe('started 2, running 1, waiting 1, skipped 2');
  });

  it('a workflow id that is taken skips the action', () => {
    const world = withPolicy(SKIP).trigger();
    world.become(recordStartFailed(world.state, 'i-0', true));
    expect(world.summary).toBe('started 0, running 0, waiting 0, skipped 1');
  });

  it('what there is no room for is dropped', () => {
    const world = new ScheduleWorld(
      { policies: { overlapPolicy: BUFFER_ALL } },
      { ...DEFAULT_LIMITS, scheduleBufferedActions: 2 },
    );
    for (let count = 0; count < 5; count += 1) world.trigger().start();
    expect(world.summary).toBe('started 1, running 1, waiting 2, skipped 0');
    expect(world.state.counts.bufferDropped).toBe(2);
  });
});

describe('pausing', () => {
  it('passes over what falls due, and does not make up for it', () => {
    const world = new ScheduleWorld({ spec: everyMinute }).patch({ pause: 'for now' });
    expect(nextDueMs(world.state, world.context.times)).toBeUndefined();
    world.pass(3 * MINUTE_MS).start();
    expect(world.state.schedule.state).toMatchObject({ paused: true, notes: 'for now' });
    world.patch({ unpause: 'go' }).start();
    expect(world.summary).toBe('started 0, running 0, waiting 0, skipped 0');
    expect(world.pass(MINUTE_MS).start().started).toEqual(['w-2026-01-01T00:04:00Z']);
  });

  it('does not keep a trigger or a backfill from acting', () => {
    const world = new ScheduleWorld({ spec: everyMinute, state: { paused: true } }).trigger(ALLOW_ALL).start();
    world.patch({ backfillRequest: [{ ...range(0, 2), overlapPolicy: ALLOW_ALL }] }).start();
    expect(world.started).toHaveLength(3);
  });

  it('takes what waits from the queue when its turn comes', () => {
    const world = threeActions(BUFFER_ALL).patch({ pause: 'x' });
    expect(world.state.buffer).toHaveLength(2);
    expect(world.end().start().summary).toBe('started 1, running 0, waiting 0, skipped 0');
  });

  it('comes by itself after a failure, if that is wanted', () => {
    const given = { spec: everyMinute, policies: { pauseOnFailure: true } };
    const failed = new ScheduleWorld(given).trigger().start().end(Status.WORKFLOW_EXECUTION_STATUS_FAILED, 'boom');
    expect(failed.state.schedule.state).toMatchObject({
      paused: true,
      notes: 'paused due to workflow failure: w-2026-01-01T00:00:00Z: boom',
    });
    const timedOut = new ScheduleWorld(given).trigger().start().end(Status.WORKFLOW_EXECUTION_STATUS_TIMED_OUT);
    expect(timedOut.state.schedule.state?.notes).toBe('paused due to workflow timeout: w-2026-01-01T00:00:00Z');
    const cancelled = new ScheduleWorld(given).trigger().start().end(Status.WORKFLOW_EXECUTION_STATUS_CANCELED);
    expect(cancelled.state.schedule.state?.paused).toBe(false);
    const other = new ScheduleWorld({ spec: everyMinute })
      .trigger()
      .start()
      .end(Status.WORKFLOW_EXECUTION_STATUS_FAILED, 'boom');
    expect(other.state.schedule.state?.paused).toBe(false);
  });
});

it('remaining actions are counted down, and triggers do not count', () => {
  const world = new ScheduleWorld({
    spec: everyMinute,
    policies: { overlapPolicy: ALLOW_ALL },
    state: { limitedActions: true, remainingActions: 2 },
  });
  expect(scheduleInfo(world.state, world.context.times).futureActionTimes).toHaveLength(2);
  world.trigger().start();
  for (let minute = 0; minute < 4; minute += 1) world.pass(MINUTE_MS).start();
  expect(world.state.schedule.state?.remainingActions).toBe(0);
  expect(world.started).toHaveLength(3);
  expect(nextDueMs(world.state, world.context.times)).toBeUndefined();
});
describe('a backfill', () => {
  it('takes the actions of a range, its start left out', () => {
    const world = withPolicy(ALLOW_ALL)
      .patch({ backfillRequest: [range(0, 3)] })
      .start();
    expect(world.started).toEqual(['1', '2', '3'].map((minute) => `w-2025-01-01T00:0${minute}:00Z`));
    expect(world.state.backfills).toEqual([]);
  });

  it('of a large range goes on as its actions are taken', () => {
    const world = withPolicy(BUFFER_ALL).patch({ backfillRequest: [range(0, 35), range(100, 102)] });
    let steps = 0;
    while (world.state.backfills.length + world.state.buffer.length + world.state.planned.length > 0) {
      expect(world.state.buffer.length).toBeLessThanOrEqual(10);
      world.start().end();
      expect((steps += 1)).toBeLessThan(100);
    }
    expect(world.state.counts.actions).toBe(37);
  });

  it('with SKIP takes one of what would overlap', () => {
    const world = withPolicy(SKIP)
      .patch({ backfillRequest: [range(0, 3)] })
      .start();
    expect(world.summary).toBe('started 1, running 1, waiting 0, skipped 2');
  });
});

it('actions are described with the time that jitter gave them, and are named after their own', () => {
  const jitter = { seconds: 50 };
  const world = new ScheduleWorld({ spec: { ...everyMinute, jitter }, policies: { overlapPolicy: ALLOW_ALL } });
  const [first] = world.context.times.between(START_MS, Infinity, 1);
  expect(first?.actualMs).toBeGreaterThan(START_MS + MINUTE_MS);
  world.pass(MINUTE_MS).start();
  expect(world.started).toEqual([]);
  world.pass((first?.actualMs ?? 0) - world.nowMs).start();
  expect(world.started).toEqual(['w-2026-01-01T00:01:00Z']);
  const info = scheduleInfo(world.state, world.context.times);
  expect(info.recentActions?.[0]?.scheduleTime).toEqual(msToTimestamp(first?.actualMs));
  expect(info.stateSizeBytes).toBe(encodeSchedule(world.state).length);
});

it('a backfill leaves out what jitter takes past its end', () => {
  const spec = { ...everyMinute, jitter: { seconds: 50 } };
  const world = new ScheduleWorld({ spec, policies: { overlapPolicy: ALLOW_ALL } }).patch({
    backfillRequest: [range(0, 3)],
  });
  const wanted = world.context.times.between(Date.UTC(2025, 0, 1), Date.UTC(2025, 0, 1) + 3 * MINUTE_MS, 9);
  expect(world.start().started).toHaveLength(wanted.length);
  expect(wanted).toHaveLength(2);
});

describe('the next workflow', () => {
  it('finds the last result, and after a failure that too', () => {
    const world = new ScheduleWorld({ spec: everyMinute }).trigger().start().end();
    expect(world.state.lastCompletionResult).toEqual({ payloads: [] });
    world.trigger().start().end(Status.WORKFLOW_EXECUTION_STATUS_FAILED, 'boom');
    expect(world.state.lastFailure?.message).toBe('boom');
    expect(world.state.lastCompletionResult).toEqual({ payloads: [] });
    expect(world.trigger().start().end().state.lastFailure).toBeUndefined();
  });
});
