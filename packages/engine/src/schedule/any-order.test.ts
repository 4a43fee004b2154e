import fc from 'fast-check';
import { enums } from '@perdure/protocol';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../limits.js';
import { recordStartFailed, recordStopAsked, workOf } from './outcome.js';
import { everyMinute, range, ScheduleWorld } from '../testing/schedule-world.js';

const { ScheduleOverlapPolicy } = enums;
const { WorkflowExecutionStatus: Status } = enums;
const {
  SCHEDULE_OVERLAP_POLICY_ALLOW_ALL: ALLOW_ALL,
  SCHEDULE_OVERLAP_POLICY_BUFFER_ONE: BUFFER_ONE,
  SCHEDULE_OVERLAP_POLICY_SKIP: SKIP,
} = enums.ScheduleOverlapPolicy;

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
  { maxLength: 60, size: 'max' },
);

describe('in any order of events', () => {
  it('nothing overlaps that must not, nothing is started twice, and every action is accounted for', () => {
    fc.assert(
      fc.property(
        steps,
        fc.constantFrom(...Object.values(ScheduleOverlapPolicy)),
        fc.boolean(),
        (sequence, policy, pauses) => {
          const world = new ScheduleWorld(
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
      { numRuns: 200, interruptAfterTimeLimit: 10_000 },
    );
  }, 60_000);
});
