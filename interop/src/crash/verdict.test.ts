import { defaultPayloadConverter } from '@temporalio/common';
import { expect, test } from 'vitest';
import { problemsOf } from './verdict.js';

type Event = Parameters<typeof problemsOf>[1][number];

const activities = ['chargeCustomer', 'sendPushNotification', 'sendPushNotification', 'sendPushNotification'];

/** The history of an order as it should be: activities, a signal, a timer, the end. */
function soundHistory(): Event[] {
  const events: Partial<Event>[] = [{ workflowExecutionStartedEventAttributes: { originalExecutionRunId: 'run' } }];
  for (const name of activities) {
    events.push({ activityTaskScheduledEventAttributes: { activityType: { name } } });
    events.push({ activityTaskCompletedEventAttributes: { scheduledEventId: events.length as never } });
  }
  const input = { payloads: [defaultPayloadConverter.toPayload('token')] };
  events.push({ workflowExecutionSignaledEventAttributes: { input } });
  events.push({
    timerStartedEventAttributes: { startToFireTimeout: { seconds: 1 as never } },
    eventTime: { seconds: 10 as never },
  });
  events.push({
    timerFiredEventAttributes: { startedEventId: events.length as never },
    eventTime: { seconds: 11 as never },
  });
  events.push({ workflowExecutionCompletedEventAttributes: {} });
  return events.map((event, index) => ({ ...event, eventId: (index + 1) as never }));
}

const record = {
  workflowId: 'order',
  isPaidElsewhere: false,
  runId: 'run',
  acknowledgedSignals: ['token'],
  completed: true,
};

test('a sound history has no problems', () => {
  expect(problemsOf(record, soundHistory())).toEqual([]);
});

test.for<[string, (events: Event[]) => void, RegExp]>([
  ['a lost event', (events) => void events.splice(3, 1), /not consecutive/],
  [
    'two ends',
    (events) => void events.push({ ...events.at(-1), eventId: (events.length + 1) as never }),
    /2 terminal events/,
  ],
  [
    'another run',
    (events) => void (events[0]!.workflowExecutionStartedEventAttributes!.originalExecutionRunId = 'other'),
    /run run was acknowledged/,
  ],
  ['a signal twice', (events) => void events.splice(9, 0, events[9]!), /in the history 2 times/],
  [
    'an activity completed twice',
    (events) => void (events[4]!.activityTaskCompletedEventAttributes!.scheduledEventId = 2 as never),
    /completed twice/,
  ],
  [
    'a timer that fires early',
    (events) => void (events[11]!.eventTime = { seconds: 10 as never, nanos: 999_000_000 }),
    /fired after 999 ms/,
  ],
])('%s is found', ([, spoil, problem]) => {
  const events = soundHistory();
  spoil(events);
  expect(problemsOf(record, events).join('\n')).toMatch(problem);
});

test('an acknowledged signal that is missing is found', () => {
  const problems = problemsOf({ ...record, acknowledgedSignals: ['lost'] }, soundHistory());
  expect(problems).toEqual([expect.stringContaining('lost is in the history 0 times')]);
});
