import { expect, test } from 'vitest';
import { formatHeading, formatRow, type Row } from './report.js';

const row: Row = {
  name: 'start',
  server: 'perdure',
  sdk: 'raw',
  concurrency: 16,
  throughputPerS: 1234.5,
  p50Ms: 0.123,
  p99Ms: 4.5,
  serverCpuUsPerOp: 98.76,
  workerCpuUsPerOp: null,
  clientCpuUsPerOp: null,
  serverRssMb: null,
  workerRssMb: null,
};

test('columns stand under their heading', () => {
  const heading = formatHeading();
  const line = formatRow(row);
  for (const [column, value] of [
    ['throughputPerS', '1235'],
    ['p50Ms', '0.12'],
    ['serverCpuUsPerOp', '98.76'],
    ['serverRssMb', '-'],
  ] as const) {
    const at = heading.indexOf(column);
    expect(line.slice(at, at + value.length + 1)).toBe(`${value} `);
  }
});
