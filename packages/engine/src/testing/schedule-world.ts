import { enums, msToTimestamp, type schedule } from '@perdure/protocol';
import { expect } from 'vitest';
import { DEFAULT_LIMITS } from '../limits.js';
import { advance } from '../schedule/advance.js';
import { canonicalSchedule } from '../schedule/canonical-schedule.js';
import { createSchedule, patchSchedule } from '../schedule/change.js';
import { recordEnd, recordStarted, workOf } from '../schedule/outcome.js';
import { decodeSchedule, encodeSchedule } from '../schedule/record.js';
import { ActionTimes } from '../schedule/spec/index.js';
import type { ScheduleLimits, ScheduleState } from '../schedule/state.js';

const { WorkflowExecutionStatus: Status } = enums;

/** When schedules of tests are created. */
export const START_MS = Date.UTC(2026, 0, 1);
export const MINUTE_MS = 60_000;
export const everyMinute = { interval: [{ interval: { seconds: 60 } }] };

/** A schedule and the time it lives in; what it wants done is done when a test says so. */
export class ScheduleWorld {
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
    const record = encodeSchedule(state);
    const stored = decodeSchedule(record);
    const again = encodeSchedule(stored);
    // Asked by `expect` only for what it says of a difference: it takes its time over long records.
    if (record.length !== again.length || record.some((byte, index) => byte !== again[index]))
      expect(again).toEqual(record);
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

/** A schedule as it is stored. */
export function canonical(given: schedule.ISchedule): schedule.ISchedule {
  const result = canonicalSchedule(given, DEFAULT_LIMITS);
  if ('problem' in result) throw new Error(result.problem);
  return result.schedule;
}

/** A schedule that acts every minute. */
export function withPolicy(overlapPolicy: enums.ScheduleOverlapPolicy): ScheduleWorld {
  return new ScheduleWorld({ spec: everyMinute, policies: { overlapPolicy } });
}

/** Three actions fall due one after the other while the first runs. */
export function threeActions(overlapPolicy: enums.ScheduleOverlapPolicy): ScheduleWorld {
  const world = withPolicy(overlapPolicy);
  for (let minute = 0; minute < 3; minute += 1) world.pass(MINUTE_MS).start();
  return world;
}

/** Minutes after the start, to be filled in. */
export function range(fromMinute: number, toMinute: number): schedule.IBackfillRequest {
  const minute = (count: number) => msToTimestamp(Date.UTC(2025, 0, 1) + count * MINUTE_MS);
  return { startTime: minute(fromMinute), endTime: minute(toMinute) };
}
