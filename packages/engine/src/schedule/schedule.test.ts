import fc from 'fast-check';
import { enums, msToTimestamp, type schedule } from '@perdure/protocol';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../limits.js';
import { advance, nextDueMs } from './advance.js';
import { canonicalSchedule } from './canonical-schedule.js';
import { createSchedule, patchSchedule, updateSchedule } from './change.js';
import { conflictToken, revisionOf, scheduleInfo } from './description.js';
import { recordEnd, recordStarted, recordStartFailed, recordStopAsked, workOf } from './outcome.js';
import { decodeSchedule, encodeSchedule } from './record.js';
import { ActionTimes } from './spec/index.js';
import type { ScheduleLimits, ScheduleState } from './state.js';

const { ScheduleOverlapPolicy, WorkflowExecutionStatus: Status } = enums;
const {
  SCHEDULE_OVERLAP_POLICY_ALLOW_ALL: ALLOW_ALL,
  SCHEDULE_OVERLAP_POLICY_BUFFER_ALL: BUFFER_ALL,
  SCHEDULE_OVERLAP_POLICY_BUFFER_ONE: BUFFER_ONE,
  SCHEDULE_OVERLAP_POLICY_CANCEL_OTHER: CANCEL_OTHER,
  SCHEDULE_OVERLAP_POLICY_SKIP: SKIP,
  SCHEDULE_OVERLAP_POLICY_TERMINATE_OTHER: TERMINATE_OTHER,
} = ScheduleOverlapPolicy;
const START_MS = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;
const everyMinute = { interval: [{ interval: { seconds: 60 } }] };

/** A schedule and the time it lives in; what it wants done is done when a test says so. */
class World {
  nowMs = START_MS;
  state: ScheduleState;
  started: string[] = [];

  constructor(
    given: schedule.ISchedule,
    private readonly limits: ScheduleLimits = DEFAULT_LIMITS,
  ) {
    this.state = createSchedule(
      {
        key: { namespaceId: 'n', scheduleId: 's' },
        namespace: 'default',
        schedule: canonical({ action: { startWorkflow: { workflowId: 'w' } }, ...given }),
        memo: undefined,
        searchAttributes: undefined,
        incarnation: 'i',
        requestId: 'create',
      },
      START_MS,
    );
  }

  get context() {
    const { nowMs, limits, state } = this;
    return { nowMs, limits, times: new ActionTimes(state.schedule.spec ?? {}, 's') };
  }

  /** Everything a stored schedule goes through happens to it on the way. */
  become(state: ScheduleState): this {
    const stored = decodeSchedule(encodeSchedule(state));
    expect(encodeSchedule(stored)).toEqual(encodeSchedule(state));
    this.state = stored;
    this.state = advance(stored, this.context);
    return this;
  }

  pass(ms: number): this {
    this.nowMs += ms;
    return this.become(this.state);
  }

  patch(patch: schedule.ISchedulePatch, requestId = ''): this {
    const changed = patchSchedule(this.state, patch, requestId, this.context);
    if ('rejected' in changed) throw new Error(changed.message);
    return this.become(changed);
  }

  trigger(overlapPolicy: enums.ScheduleOverlapPolicy = 0): this {
    return this.patch({ triggerImmediately: { overlapPolicy } });
  }

  /** Starts what is planned. */
  start(): this {
    for (const { requestId, workflowId } of workOf(this.state).starts) {
      this.started.push(workflowId);
      this.become(recordStarted(this.state, requestId, `run ${requestId}`, this.nowMs));
    }
    return this;
  }

  /** Ends the workflow that has run longest. */
  end(status: enums.WorkflowExecutionStatus = Status.WORKFLOW_EXECUTION_STATUS_COMPLETED, message = ''): this {
    const [running] = this.state.running;
    if (running === undefined) return this;
    const failure = message === '' ? undefined : { message };
    return this.become(recordEnd(this.state, { ...running, status, result: { payloads: [] }, failure }));
  }

  /** In short: `started 2, running 1, waiting 0, skipped 3`. */
  get summary(): string {
    const { state } = this;
    return `started ${state.counts.actions}, running ${state.running.length}, waiting ${state.buffer.length}, skipped ${state.counts.overlapSkipped}`;
  }
}

function canonical(given: schedule.ISchedule): schedule.ISchedule {
  const result = canonicalSchedule(given, DEFAULT_LIMITS);
  if ('problem' in result) throw new Error(result.problem);
  return result.schedule;
}

function withPolicy(overlapPolicy: enums.ScheduleOverlapPolicy): World {
  return new World({ spec: everyMinute, policies: { overlapPolicy } });
}

/** Three actions fall due one after the other while the first runs. */
function threeActions(overlapPolicy: enums.ScheduleOverlapPolicy): World {
  const world = withPolicy(overlapPolicy);
  for (let minute = 0; minute < 3; minute += 1) world.pass(MINUTE_MS).start();
  return world;
}

describe('an action', () => {
  it('starts a workflow named after its time, when that has come', () => {
    const world = new World({ spec: everyMinute });
    expect(nextDueMs(world.state, world.context.times)).toBe(START_MS + MINUTE_MS);
    expect(workOf(world.pass(MINUTE_MS - 1).state).starts).toEqual([]);
    expect(workOf(world.pass(1).state).starts).toMatchObject([
      { workflowId: 'w-2026-01-01T00:01:00Z', requestId: 'i-0', nominalMs: START_MS + MINUTE_MS },
    ]);
  });

  it('keeps the id if that is wanted', () => {
    const world = new World({ spec: everyMinute, policies: { keepOriginalWorkflowId: true } });
    expect(world.pass(MINUTE_MS).start().started).toEqual(['w']);
  });

  it('is planned once, however often the schedule is looked at', () => {
    const world = new World({ spec: everyMinute }).pass(MINUTE_MS).pass(0).pass(10);
    expect(workOf(world.state).starts).toHaveLength(1);
    world.start();
    expect(world.become(recordStarted(world.state, 'i-0', 'again', world.nowMs)).summary).toMatch(
      /started 1, running 1/,
    );
  });

  it('that could not be taken in time is missed', () => {
    const world = new World({
      spec: everyMinute,
      policies: { overlapPolicy: ALLOW_ALL, catchupWindow: { seconds: 1 } },
    });
    world.pass(10 * MINUTE_MS + 5000).start();
    expect(world.state.counts).toMatchObject({ actions: 1, missedCatchupWindow: 9 });
    expect(world.state.schedule.policies?.catchupWindow).toEqual({ seconds: 10, nanos: 0 });
  });

  it('that was late is taken within the window, a year by default', () => {
    const world = new World({ spec: everyMinute, policies: { overlapPolicy: ALLOW_ALL } }).pass(10 * MINUTE_MS).start();
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
    const world = new World(
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
    const world = new World({ spec: everyMinute }).patch({ pause: 'for now' });
    expect(nextDueMs(world.state, world.context.times)).toBeUndefined();
    world.pass(3 * MINUTE_MS).start();
    expect(world.state.schedule.state).toMatchObject({ paused: true, notes: 'for now' });
    world.patch({ unpause: 'go' }).start();
    expect(world.summary).toBe('started 0, running 0, waiting 0, skipped 0');
    expect(world.pass(MINUTE_MS).start().started).toEqual(['w-2026-01-01T00:04:00Z']);
  });

  it('does not keep a trigger or a backfill from acting', () => {
    const world = new World({ spec: everyMinute, state: { paused: true } }).trigger(ALLOW_ALL).start();
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
    const failed = new World(given).trigger().start().end(Status.WORKFLOW_EXECUTION_STATUS_FAILED, 'boom');
    expect(failed.state.schedule.state).toMatchObject({
      paused: true,
      notes: 'paused due to workflow failure: w-2026-01-01T00:00:00Z: boom',
    });
    const timedOut = new World(given).trigger().start().end(Status.WORKFLOW_EXECUTION_STATUS_TIMED_OUT);
    expect(timedOut.state.schedule.state?.notes).toBe('paused due to workflow timeout: w-2026-01-01T00:00:00Z');
    const cancelled = new World(given).trigger().start().end(Status.WORKFLOW_EXECUTION_STATUS_CANCELED);
    expect(cancelled.state.schedule.state?.paused).toBe(false);
    const other = new World({ spec: everyMinute })
      .trigger()
      .start()
      .end(Status.WORKFLOW_EXECUTION_STATUS_FAILED, 'boom');
    expect(other.state.schedule.state?.paused).toBe(false);
  });
});

it('remaining actions are counted down, and triggers do not count', () => {
  const world = new World({
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

function range(fromMinute: number, toMinute: number): schedule.IBackfillRequest {
  const minute = (count: number) => msToTimestamp(Date.UTC(2025, 0, 1) + count * MINUTE_MS);
  return { startTime: minute(fromMinute), endTime: minute(toMinute) };
}

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
  const world = new World({ spec: { ...everyMinute, jitter }, policies: { overlapPolicy: ALLOW_ALL } });
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
  const world = new World({ spec, policies: { overlapPolicy: ALLOW_ALL } }).patch({ backfillRequest: [range(0, 3)] });
  const wanted = world.context.times.between(Date.UTC(2025, 0, 1), Date.UTC(2025, 0, 1) + 3 * MINUTE_MS, 9);
  expect(world.start().started).toHaveLength(wanted.length);
  expect(wanted).toHaveLength(2);
});

describe('the next workflow', () => {
  it('finds the last result, and after a failure that too', () => {
    const world = new World({ spec: everyMinute }).trigger().start().end();
    expect(world.state.lastCompletionResult).toEqual({ payloads: [] });
    world.trigger().start().end(Status.WORKFLOW_EXECUTION_STATUS_FAILED, 'boom');
    expect(world.state.lastFailure?.message).toBe('boom');
    expect(world.state.lastCompletionResult).toEqual({ payloads: [] });
    expect(world.trigger().start().end().state.lastFailure).toBeUndefined();
  });
});

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

type Step = {
  readonly kind: 'pass' | 'start' | 'end' | 'fail' | 'stop' | 'pause' | 'unpause' | 'trigger' | 'backfill' | 'lose';
  readonly of: number;
};
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Step['kind']>(
      'pass',
      'pass',
      'start',
      'start',
      'end',
      'end',
      'fail',
      'stop',
      'pause',
      'unpause',
      'trigger',
      'backfill',
      'lose',
    ),
    of: fc.nat({ max: 6 }),
  }),
  { maxLength: 60 },
);

describe('in any order of events', () => {
  it('nothing overlaps that must not, nothing is started twice, and every action is accounted for', () => {
    fc.assert(
      fc.property(
        steps,
        fc.constantFrom(...Object.values(ScheduleOverlapPolicy)),
        fc.boolean(),
        (sequence, policy, pauses) => {
          const world = new World(
            { spec: everyMinute, policies: { overlapPolicy: policy, pauseOnFailure: pauses } },
            { ...DEFAULT_LIMITS, scheduleBufferedActions: 5 },
          );
          const ids = new Set<string>();
          for (const { kind, of } of sequence) {
            if (kind === 'pass') world.pass(of * 30_000);
            if (kind === 'start') world.start();
            if (kind === 'end') world.end();
            if (kind === 'fail') world.end(Status.WORKFLOW_EXECUTION_STATUS_FAILED, 'boom');
            if (kind === 'stop')
              for (const asked of workOf(world.state).stops) world.become(recordStopAsked(world.state, asked));
            if (kind === 'pause') world.patch({ pause: 'p' });
            if (kind === 'unpause') world.patch({ unpause: 'u' });
            if (kind === 'trigger') world.trigger(of as enums.ScheduleOverlapPolicy);
            if (kind === 'backfill')
              world.patch({
                backfillRequest: [{ ...range(0, of * 3), overlapPolicy: of as enums.ScheduleOverlapPolicy }],
              });
            if (kind === 'lose') {
              const [planned] = world.state.planned;
              if (planned !== undefined) world.become(recordStartFailed(world.state, planned.requestId, of > 3));
            }
            const { state } = world;
            const exclusive = state.planned.filter(({ overlapPolicy }) => overlapPolicy !== ALLOW_ALL);
            expect(state.running.length + exclusive.length).toBeLessThanOrEqual(1);
            expect(state.buffer.length).toBeLessThanOrEqual(5);
            expect(state.buffer.filter(({ overlapPolicy }) => overlapPolicy === BUFFER_ONE).length).toBeLessThanOrEqual(
              1,
            );
            expect(
              state.buffer.every(({ overlapPolicy }) => overlapPolicy !== SKIP && overlapPolicy !== ALLOW_ALL),
            ).toBe(true);
            // Whatever waits, waits for something.
            if (state.buffer.length > 0) expect(state.running.length + exclusive.length).toBe(1);
            expect(state.recentActions.length).toBeLessThanOrEqual(10);
            for (const { requestId } of state.planned) ids.add(requestId);
          }
          expect(ids.size).toBeLessThanOrEqual(world.state.startCount);
          expect(world.state.counts.actions).toBe(world.started.length);
        },
      ),
      { numRuns: 300 },
    );
  });
});
