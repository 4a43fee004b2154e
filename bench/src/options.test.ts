import { expect, test } from 'vitest';
import { readOptions, workloadNames } from './options.js';

test('without flags everything is measured', () => {
  expect(readOptions([])).toMatchObject({
    workloads: workloadNames,
    sdks: ['official', 'perdure', 'embedded', 'inline', 'raw'],
    json: false,
    durationMs: 3000,
    nodeFlags: [],
  });
});

test('flags choose what is measured, where and how', () => {
  const args = [
    '--only',
    'start',
    '--only',
    'idle',
    '--sdk',
    'raw',
    '--address',
    'host:1',
    '--concurrency',
    '1,8',
    '--duration',
    '0.5',
    '--json',
  ];
  expect(readOptions(args)).toMatchObject({
    workloads: ['start', 'idle'],
    sdks: ['raw'],
    address: 'host:1',
    concurrencies: [1, 8],
    durationMs: 500,
    nodeFlags: [],
    json: true,
  });
});

test.for([
  ['--only', 'nothing', /choose one of start/],
  ['--sdk', 'other', /choose one of official/],
  ['--duration', '0', /above zero/],
  ['--concurrency', '1,many', /above zero/],
] as const)('%s %s is refused', ([flag, value, message]) => {
  expect(() => readOptions([flag, value])).toThrow(message);
});
