import { enums } from '@perdure/protocol';
import { describe, expect, test } from 'vitest';
import { CommandQueue, isForeignMarker } from './command-queue.js';
import type { OutgoingCommand } from './context.js';
import { NondeterminismError } from './errors.js';
import { changeVersionCommand, patchMarkerCommand } from './machines/patch.js';
import { eventOf } from './testing/fake-context.js';

const { EVENT_TYPE_TIMER_STARTED, EVENT_TYPE_MARKER_RECORDED } = enums.EventType;
const { EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES } = enums.EventType;

const timer = (id: string): OutgoingCommand => ({
  command: {},
  description: `timer ${id}`,
  callSite: undefined,
  eventType: EVENT_TYPE_TIMER_STARTED,
  differs: (event) => (event.timerStartedEventAttributes?.timerId === id ? undefined : 'another timer'),
});
const started = (timerId: string) => eventOf({ eventId: 5, eventType: EVENT_TYPE_TIMER_STARTED, timerStartedEventAttributes: { timerId } }); // prettier-ignore

function sealed(...commands: readonly OutgoingCommand[]): CommandQueue {
  const queue = new CommandQueue();
  for (const command of commands) queue.push(command);
  queue.seal();
  return queue;
}

describe('commands are found again', () => {
  test('in the order in which they were made', () => {
    const queue = sealed(timer('1'), timer('2'));
    expect(() => queue.match(started('2'))).toThrow(NondeterminismError);
    const again = sealed(timer('1'), timer('2'));
    again.match(started('1'));
    again.match(started('2'));
    expect(() => again.assertMatched()).not.toThrow();
  });

  test('and tell their machine where', () => {
    const found: number[] = [];
    sealed({ ...timer('1'), recorded: ({ eventId }) => found.push(eventId) }).match(started('1'));
    expect(found).toEqual([5]);
  });

  test('not before they were sent', () => {
    const queue = new CommandQueue();
    queue.push(timer('1'));
    expect(() => queue.match(started('1'))).toThrow(/made no command for it/);
  });

  test('however many there are', () => {
    const ids = Array.from({ length: 300 }, (_, index) => String(index));
    const queue = sealed(...ids.slice(0, 150).map(timer));
    for (const id of ids.slice(0, 100)) queue.match(started(id));
    for (const id of ids.slice(150)) queue.push(timer(id));
    expect(queue.seal()).toHaveLength(150);
    for (const id of ids.slice(100)) queue.match(started(id));
    queue.assertMatched();
  });

  test('or it is said that one has no event', () => {
    expect(() => sealed(timer('1')).assertMatched()).toThrow(/timer 1, for which the history holds no event/);
  });
});

describe('a command is taken back', () => {
  test('while its workflow task is under way', () => {
    const queue = new CommandQueue();
    const command = timer('1');
    queue.push(command);
    expect(queue.withdraw(command)).toBe(true);
    expect(queue.seal()).toEqual([]);
  });

  test('and not afterwards', () => {
    const command = timer('1');
    const queue = sealed(command);
    expect(queue.withdraw(command)).toBe(false);
    queue.match(started('1'));
    expect(queue.withdraw(command)).toBe(false);
  });
});

describe('the end of a local activity', () => {
  const ended: OutgoingCommand = { ...timer('local'), isUnordered: true };

  test('may stand before the commands that were made earlier, and after those made later', () => {
    for (const order of [['local', '1', '2'], ['1', 'local', '2'], ['1', '2', 'local']]) {
      const queue = sealed(timer('1'), ended, timer('2'));
      for (const id of order) queue.match(started(id));
      queue.assertMatched();
    } // prettier-ignore
  });

  test('must stand somewhere', () => {
    const queue = sealed(ended);
    expect(() => queue.match(started('1'))).toThrow(NondeterminismError);
    expect(() => queue.assertMatched()).toThrow(NondeterminismError);
  });
});

describe('a deprecated patch', () => {
  const marker = (deprecated: boolean) => patchMarkerCommand({ kind: 'setPatchMarker', patchId: 'p', deprecated });
  const upsert = changeVersionCommand(['p'], true) as OutgoingCommand;
  const recordedMarker = (deprecated: boolean) => {
    const { command } = marker(deprecated);
    return eventOf({ eventId: 5, eventType: EVENT_TYPE_MARKER_RECORDED, markerRecordedEventAttributes: command.recordMarkerCommandAttributes ?? {} }); // prettier-ignore
  };
  const recordedUpsert = eventOf({
    eventId: 6,
    eventType: EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
    upsertWorkflowSearchAttributesEventAttributes: upsert.command.upsertWorkflowSearchAttributesCommandAttributes ?? {},
  });

  test('may be new in the code', () => {
    const queue = sealed(marker(true), upsert, timer('1'));
    queue.match(started('1'));
    queue.assertMatched();
  });

  test('may be gone from the code, with its search attribute', () => {
    const queue = sealed(timer('1'));
    queue.match(recordedMarker(true));
    queue.match(recordedUpsert);
    queue.match(started('1'));
    queue.assertMatched();
  });

  test('is the marker of a patch that is deprecated since', () => {
    const queue = sealed(marker(true), upsert);
    queue.match(recordedMarker(false));
    queue.match(recordedUpsert);
    queue.assertMatched();
  });

  test('excuses nothing else: neither another upsert nor the marker of a patch in use', () => {
    expect(() => sealed(timer('1')).match(recordedUpsert)).toThrow(NondeterminismError);
    expect(() => sealed(timer('1')).match(recordedMarker(false))).toThrow(/deprecatePatch\("p"\)/);
  });
});

test('markers of others have no part in it', () => {
  const named = (markerName: string) => eventOf({ eventType: EVENT_TYPE_MARKER_RECORDED, markerRecordedEventAttributes: { markerName } }); // prettier-ignore
  expect(isForeignMarker(named('Version'))).toBe(true);
  expect(isForeignMarker(named('core_patch'))).toBe(false);
  expect(isForeignMarker(started('1'))).toBe(false);
});
