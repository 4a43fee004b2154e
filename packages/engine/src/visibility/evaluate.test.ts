import { describe, expect, it } from 'vitest';
import { compareStrings, matches } from './evaluate.js';
import { parseVisibilityQuery } from './parser.js';
import type { QueryableExecution } from './row.js';

const row: QueryableExecution = {
  workflowId: 'order-17',
  runId: 'run-1',
  workflowType: 'order',
  taskQueue: 'durable-delivery',
  status: 1,
  startTimeMs: Date.UTC(2026, 2, 1),
  executionTimeMs: Date.UTC(2026, 2, 1),
  searchAttributes: {
    CustomerId: { type: 'Keyword', value: 'c1' },
    Tags: { type: 'KeywordList', value: ['red', 'blue'] },
    Note: { type: 'Text', value: 'Leave at the DOOR, please' },
    Paid: { type: 'Bool', value: false },
    Due: { type: 'Datetime', value: '2026-03-02T00:00:00Z' },
    Weight: { type: 'Double', value: 1.5 },
  },
};

const searchAttributes = {
  CustomerId: 'Keyword',
  Tags: 'KeywordList',
  Note: 'Text',
  Paid: 'Bool',
  Due: 'Datetime',
  Weight: 'Double',
  Missing: 'Keyword',
} as const;

function accepts(text: string): boolean {
  const query = parseVisibilityQuery(text, { searchAttributes, use: 'list' });
  if ('rejected' in query) throw new Error(query.message);
  return matches(query.where, row);
}

describe('matches', () => {
  it.each([
    '',
    `WorkflowId = 'order-17'`,
    `WorkflowId STARTS_WITH 'order-'`,
    `WorkflowId BETWEEN 'order-' AND 'order-~'`,
    `ExecutionStatus = 'Running' AND CloseTime IS NULL`,
    `ExecutionStatus NOT IN ('Failed', 'TimedOut')`,
    `StartTime < '2026-03-01T00:00:00.001Z'`,
    `Tags = 'blue'`,
    `Tags IN ('green', 'red')`,
    `Tags STARTS_WITH 'bl'`,
    `Tags != 'green'`,
    `Note = 'door'`,
    `Note != 'window'`,
    `Paid = false`,
    `Due >= '2026-03-02T00:00:00Z'`,
    `Weight BETWEEN 1 AND 2`,
    `Missing IS NULL`,
    `Missing = 'x' OR CustomerId = 'c1'`,
  ])('accepts %s', (text) => {
    expect(accepts(text)).toBe(true);
  });

  it.each([
    `WorkflowId = 'order-1'`,
    `WorkflowId NOT STARTS_WITH 'order-'`,
    `Note = 'doo'`,
    `Note = ''`,
    `Tags NOT IN ('red')`,
    `Weight NOT BETWEEN 1 AND 2`,
    `CustomerId IS NULL`,
  ])('refuses %s', (text) => {
    expect(accepts(text)).toBe(false);
  });

  it('treats a comparison with an absent value as unknown, which never matches, even negated', () => {
    for (const text of [`Missing = 'x'`, `Missing != 'x'`, `NOT Missing = 'x'`, `CloseTime > 0`, `NOT CloseTime > 0`]) {
      expect(accepts(text)).toBe(false);
    }
  });

  it('does not compare a value stored under another type', () => {
    const query = parseVisibilityQuery(`Weight = 'heavy'`, { searchAttributes: { Weight: 'Keyword' }, use: 'list' });
    if ('rejected' in query) throw new Error(query.message);
    expect(matches(query.where, { ...row, searchAttributes: { Weight: { type: 'Double', value: 1 } } })).toBe(false);
  });
});

describe('compareStrings', () => {
  it('orders by code point', () => {
    const sorted = ['\u{1F600}', '\uE000', 'b', 'a', '', 'ab'].sort(compareStrings);
    expect(sorted).toEqual(['', 'a', 'ab', 'b', '\uE000', '\u{1F600}']);
  });
});
