import { defaultPayloadConverter } from '@temporalio/common';
import { expect, test } from 'vitest';
import { paymentProblems } from './payment-verdict.js';

type Event = Parameters<typeof paymentProblems>[1][number];
type Run = Parameters<typeof paymentProblems>[2][number];
interface Scene {
  readonly events: Event[];
  readonly runs: Run[];
}

const record = { workflowId: 'order', isPaidElsewhere: true, acknowledgedSignals: [], completed: true };
const scheduledEventId = (id: number) => ({ scheduledEventId: id as never });

/** An order, and what stands behind it, as they should be. */
function soundScene(): Scene {
  const result = defaultPayloadConverter.toPayload('run');
  const events: Partial<Event>[] = [
    { nexusOperationScheduledEventAttributes: { operation: 'quote', requestId: 'asked' } },
    { nexusOperationScheduledEventAttributes: { operation: 'pay', requestId: 'paid' } },
    { nexusOperationCompletedEventAttributes: scheduledEventId(1) },
    { nexusOperationStartedEventAttributes: scheduledEventId(2) },
    { nexusOperationCompletedEventAttributes: { ...scheduledEventId(2), result } },
  ];
  return {
    events: events.map((event, index) => ({ ...event, eventId: (index + 1) as never })),
    runs: [{ runId: 'run', requestIds: ['paid'], events: [{ workflowExecutionCompletedEventAttributes: {} }] }],
  };
}

test('an order that is paid once has no problems', () => {
  const { events, runs } = soundScene();
  expect(paymentProblems(record, events, runs)).toEqual([]);
});

test.for<[string, (scene: Scene) => void, RegExp]>([
  ['an operation that was never called', ({ events }) => void events.splice(0, 1), /called the operations pay$/m],
  ['an operation without an end', ({ events }) => void events.splice(2, 1), /quote has 0 ends/],
  ['an operation that ends twice', ({ events }) => void events.push(events[4]!), /pay has 2 ends/],
  ['a start that was not recorded', ({ events }) => void events.splice(3, 1), /pay was started 0 times/],
  ['a start that was recorded twice', ({ events }) => void events.push(events[3]!), /pay was started 2 times/],
  [
    'an operation that timed out',
    ({ events }) => void (events[2] = { nexusOperationTimedOutEventAttributes: scheduledEventId(1) }),
    /quote has not completed/,
  ],
  ['a second run behind it', ({ runs }) => void runs.push(runs[0]!), /2 runs stand behind/],
  ['a run that was lost', ({ runs }) => void runs.pop(), /0 runs stand behind/],
  [
    'a run that somebody else asked for',
    ({ runs }) => void (runs[0] = { ...runs[0]!, requestIds: ['x'] }),
    /by x, and/,
  ],
  ['a run that has not ended', ({ runs }) => void (runs[0] = { ...runs[0]!, events: [] }), /payment has not completed/],
  ['the result of another run', ({ runs }) => void (runs[0] = { ...runs[0]!, runId: 'y' }), /paid by run run, and y/],
])('%s is found', ([, spoil, problem]) => {
  const scene = soundScene();
  spoil(scene);
  expect(paymentProblems(record, scene.events, scene.runs).join('\n')).toMatch(problem);
});
