import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cronDelayMs, invalidCron } from './cron.js';

function next(schedule: string, from: string): string | undefined {
  const fromMs = Date.parse(from);
  const delayMs = cronDelayMs(schedule, fromMs, fromMs);
  return delayMs === undefined ? undefined : new Date(fromMs + delayMs).toISOString().replace('.000Z', 'Z');
}

test.for([
  ['* * * * *', '2030-01-01T00:01:00Z'],
  ['0 12 * * *', '2030-01-01T12:00:00Z'],
  ['  0 12 * * *  ', '2030-01-01T12:00:00Z'],
  ['*/15 9-17 * * *', '2030-01-01T09:00:00Z'],
  ['5/10 * * * *', '2030-01-01T00:05:00Z'],
  ['0 0 ? * MON-FRI', '2030-01-02T00:00:00Z'],
  ['0 0 * * SUN', '2030-01-06T00:00:00Z'],
  ['0 0 1-5,10 JAN,FEB *', '2030-01-02T00:00:00Z'],
  ['0 0 1 * 1', '2030-01-07T00:00:00Z'],
  ['0 0 29 2 *', '2032-02-29T00:00:00Z'],
  ['@hourly', '2030-01-01T01:00:00Z'],
  ['@daily', '2030-01-02T00:00:00Z'],
  ['@midnight', '2030-01-02T00:00:00Z'],
  ['@weekly', '2030-01-06T00:00:00Z'],
  ['@monthly', '2030-02-01T00:00:00Z'],
  ['@yearly', '2031-01-01T00:00:00Z'],
  ['@annually', '2031-01-01T00:00:00Z'],
  ['@every 1h30m', '2030-01-01T01:30:30Z'],
  ['@every 1.5h', '2030-01-01T01:30:30Z'],
  ['@every 90s', '2030-01-01T00:02:00Z'],
  ['@every 500ms', '2030-01-01T00:00:31Z'],
  ['@every 0s', '2030-01-01T00:00:31Z'],
  ['CRON_TZ=Europe/Berlin 0 12 * * *', '2030-01-01T11:00:00Z'],
  ['TZ=Asia/Kolkata 0 0 * * *', '2030-01-01T18:30:00Z'],
] as const)('%s comes next at %s', ([schedule, expected]) => {
  expect(invalidCron(schedule)).toBeUndefined();
  expect(next(schedule, '2030-01-01T00:00:30Z')).toBe(expected);
});

test.for([
  '* * * *', '* * * * * *', 'nonsense', '61 * * * *', '0 25 * * *', '0 0 0 * *', '0 0 * 13 *', '0 0 * * 7', '0 0 L * *', '0 0 1W * *', '0 0 * * 1#2',
  '@reboot', '@EVERY 1s', '@every', '@every x', '@every 5', 'TZ=Nowhere/X 0 12 * * *', 'CRON_TZ=UTC', '0 0 31 2 *', '-1 * * * *', 'a b c d e', '0 0 * XYZ *',
])('%s is refused', (schedule) => {
  expect(invalidCron(schedule)).toEqual(expect.any(String));
}); // prettier-ignore

test('no schedule is no schedule', () => {
  expect(invalidCron('')).toBeUndefined();
});

test('an occurrence that has passed while the run was busy is skipped', () => {
  const startedMs = Date.parse('2030-01-01T00:00:00Z');
  const closedMs = Date.parse('2030-01-01T00:03:20Z');
  expect(cronDelayMs('* * * * *', startedMs, closedMs)).toBe(40_000);
  expect(cronDelayMs('@every 1m', startedMs, closedMs)).toBe(40_000);
  expect(cronDelayMs('@every 10m', startedMs, closedMs)).toBe(400_000);
});

test('the wait is a whole number of seconds', () => {
  const fromMs = Date.parse('2030-01-01T00:00:30.250Z');
  expect(cronDelayMs('* * * * *', fromMs, fromMs)).toBe(30_000);
  expect(cronDelayMs('@every 2s', fromMs - 700, fromMs)).toBe(2_000);
});

describe('summer time', () => {
  test('noon stays noon when the clocks change', () => {
    expect(next('CRON_TZ=Europe/Berlin 0 12 * * *', '2030-03-30T12:00:00Z')).toBe('2030-03-31T10:00:00Z');
    expect(next('CRON_TZ=Europe/Berlin 0 12 * * *', '2030-10-26T12:00:00Z')).toBe('2030-10-27T11:00:00Z');
  });

  test('a time that comes twice in one night occurs once', () => {
    expect(next('CRON_TZ=America/New_York 30 1 * * *', '2030-11-03T04:00:00Z')).toBe('2030-11-03T05:30:00Z');
    expect(next('CRON_TZ=America/New_York 30 1 * * *', '2030-11-03T05:30:00Z')).toBe('2030-11-04T06:30:00Z');
  });
});

test('any text is accepted or refused, never thrown at', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.stringMatching(/^(CRON_TZ=[A-Z]{3} )?([0-9*,/?-]{1,5} ){4}[0-9*,/?-]{1,5}$/)),
      (text) => {
        if (invalidCron(text) === undefined && text !== '') expect(cronDelayMs(text, 0, 1_000)).not.toBeNaN();
      },
    ),
  );
});
