import { enums } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { eventOf, FakeContext } from '../testing/fake-context.js';
import { TimerMachine } from './timer.js';

const start = (context: FakeContext) =>
  new TimerMachine(context, { kind: 'startTimer', seq: 3, startToFireTimeout: { seconds: 1 } });
const fired = { eventType: enums.EventType.EVENT_TYPE_TIMER_FIRED };

test('a timer fires', () => {
  const context = new FakeContext();
  start(context);
  expect(context.commandTypes).toEqual(['START_TIMER']);
  const [started] = context.record();
  context.happen(started, fired);
  expect(context.takeJobs()).toEqual([{ kind: 'fireTimer', seq: 3 }]);
});

test('a timer that is cancelled before it was sent leaves no trace', () => {
  const context = new FakeContext();
  start(context).cancel({ kind: 'cancelTimer', seq: 3 });
  expect(context.commandTypes).toEqual([]);
});

test('a timer that is cancelled does not fire any more, nor is it cancelled twice', () => {
  const context = new FakeContext();
  const timer = start(context);
  const [started] = context.record();
  timer.cancel({ kind: 'cancelTimer', seq: 3 });
  timer.cancel({ kind: 'cancelTimer', seq: 3 });
  expect(context.commandTypes).toEqual(['CANCEL_TIMER']);
  context.happen(started, fired);
  expect(context.takeJobs()).toEqual([]);
});

test('a timer is told from another by its id', () => {
  const context = new FakeContext();
  start(context);
  const differs = context.sent[0]?.differs;
  expect(differs?.(eventOf({ timerStartedEventAttributes: { timerId: '3' } }))).toBeUndefined();
  expect(differs?.(eventOf({ timerStartedEventAttributes: { timerId: '4' } }))).toBe('timer ids differ: 4 and 3');
});
