import { describe, expect, it } from 'vitest';
import type { VisibilityQuery } from './condition.js';
import { parseVisibilityQuery } from './parser.js';

const searchAttributes = {
  CustomerId: 'Keyword',
  Tags: 'KeywordList',
  Note: 'Text',
  Paid: 'Bool',
  Due: 'Datetime',
} as const;

function parse(text: string, use: 'list' | 'count' = 'list'): VisibilityQuery {
  const query = parseVisibilityQuery(text, { searchAttributes, use });
  if ('rejected' in query) throw new Error(query.message);
  return query;
}

function problemOf(text: string, use: 'list' | 'count' = 'list'): string {
  const query = parseVisibilityQuery(text, { searchAttributes, use });
  if (!('rejected' in query)) throw new Error(`${text} was accepted`);
  expect(query.code).toBe('INVALID_ARGUMENT');
  return query.message;
}

describe('parseVisibilityQuery', () => {
  it('accepts an empty query', () => {
    expect(parse('  ')).toEqual({ where: undefined, groupBy: undefined });
  });

  it('binds NOT tighter than AND, and AND tighter than OR', () => {
    const { where } = parse(`NOT WorkflowId = 'a' AND RunId = 'b' OR TaskQueue = 'c'`);
    expect(where).toMatchObject({
      kind: 'or',
      operands: [{ kind: 'and', operands: [{ kind: 'not' }, { kind: 'compare' }] }, { kind: 'compare' }],
    });
  });

  it('lets parentheses override precedence', () => {
    const { where } = parse(`WorkflowId = 'a' AND (RunId = 'b' OR RunId = 'c')`);
    expect(where).toMatchObject({ kind: 'and', operands: [{ kind: 'compare' }, { kind: 'or' }] });
  });

  it.each([`'Running'`, `"Running"`, `'running'`, `'WORKFLOW_EXECUTION_STATUS_RUNNING'`, '1', `'1'`])(
    'reads the status %s',
    (literal) => {
      expect(parse(`ExecutionStatus = ${literal}`).where).toMatchObject({ operator: '=', value: 1 });
    },
  );

  it.each([
    [`'2026-03-01T12:00:00Z'`, Date.UTC(2026, 2, 1, 12)],
    [`'2026-03-01T12:00:00.123456789+02:00'`, Date.UTC(2026, 2, 1, 10) + 123.456789],
    ['1772366400000000000', Date.UTC(2026, 2, 1, 12)],
    [`'1772366400000000000'`, Date.UTC(2026, 2, 1, 12)],
  ])('reads the time %s', (literal, expectedMs) => {
    const { where } = parse(`StartTime >= ${literal}`);
    expect(where).toMatchObject({ kind: 'compare', operator: '>=' });
    expect((where as { value: number }).value).toBeCloseTo(expectedMs, 2);
  });

  it.each([
    [`'1h30m'`, 5_400_000],
    [`'01:30:00'`, 5_400_000],
    [`'250ms'`, 250],
    [`'2d'`, 172_800_000],
    ['1000000', 1],
  ])('reads the duration %s', (literal, expectedMs) => {
    expect(parse(`ExecutionDuration > ${literal}`).where).toMatchObject({ value: expectedMs });
  });

  it('reads quotes inside strings, doubled or after a backslash', () => {
    expect(parse(`WorkflowId = 'it''s'`).where).toMatchObject({ value: `it's` });
    expect(parse(String.raw`WorkflowId = "say \"hi\""`).where).toMatchObject({ value: 'say "hi"' });
  });

  it('reads every operator in any case', () => {
    expect(parse(`WorkflowId in ('a', 'b')`).where).toMatchObject({ kind: 'in', negated: false, values: ['a', 'b'] });
    expect(parse(`WorkflowId NOT IN ('a')`).where).toMatchObject({ kind: 'in', negated: true });
    expect(parse(`HistoryLength BETWEEN 1 AND 5 AND RunId='x'`).where).toMatchObject({ kind: 'and' });
    expect(parse(`WorkflowId STARTS_WITH 'o'`).where).toMatchObject({ kind: 'startsWith', negated: false });
    expect(parse(`WorkflowId not starts_with 'o'`).where).toMatchObject({ kind: 'startsWith', negated: true });
    expect(parse(`CloseTime is null`).where).toMatchObject({ kind: 'isNull', negated: false });
    expect(parse(`CloseTime IS NOT NULL`).where).toMatchObject({ kind: 'isNull', negated: true });
    expect(parse(`WorkflowId <> 'a'`).where).toMatchObject({ operator: '!=' });
  });

  it('knows registered search attributes and system ones', () => {
    expect(parse('`CustomerId` = "c" AND Paid = true AND Tags IN ("x")').where).toMatchObject({ kind: 'and' });
    expect(parse(`TemporalChangeVersion = 'v1'`).where).toMatchObject({ field: { type: 'KeywordList' } });
    expect(parse(`Note = 'Late delivery'`).where).toMatchObject({ kind: 'hasWord', words: ['late', 'delivery'] });
  });

  it('groups counts by status', () => {
    expect(parse('GROUP BY ExecutionStatus', 'count').groupBy).toBe('ExecutionStatus');
    expect(parse(`WorkflowType = 'x' GROUP BY ExecutionStatus`, 'count').where).toMatchObject({ kind: 'compare' });
  });

  it.each([
    [`WorkflowID = 'a'`, 1, 'did you mean WorkflowId?'],
    [`Foo = 'a'`, 1, 'register it as a search attribute first'],
    [`WorkflowId = a`, 14, 'takes a string in quotes, found a'],
    [`WorkflowId = 'a`, 14, 'never closed'],
    [`WorkflowId = 'a' RunId = 'b'`, 18, 'expected AND, OR or the end of the query, found RunId'],
    [`WorkflowId LIKE 'a%'`, 12, 'use STARTS_WITH'],
    [`ExecutionStatus = 'Done'`, 19, 'one of Running, Completed'],
    [`ExecutionStatus > 'Running'`, 17, 'does not work with ExecutionStatus'],
    [`StartTime > 'yesterday'`, 13, 'RFC 3339'],
    [`StartTime > '2026-02-31T00:00:00Z'`, 13, 'RFC 3339'],
    [`Tags > 'a'`, 6, 'KeywordList'],
    [`CloseTime = NULL`, 13, 'IS NULL'],
    [`(WorkflowId = 'a'`, 18, 'to close the parenthesis'],
    [`WorkflowId = 'a' ORDER BY StartTime`, 18, 'ORDER BY is not supported'],
    [`WorkflowId IN ('a' 'b')`, 20, 'to close the IN list'],
    [`WorkflowId`, 11, 'expected an operator after WorkflowId'],
    [`WorkflowId = 'a' AND`, 21, 'expected the name of a field'],
    [`HistoryLength = 1.5`, 17, 'a whole number'],
    [`WorkflowId ; DROP`, 12, 'means nothing here'],
    [`GROUP BY ExecutionStatus`, 1, 'counts of workflow executions only'],
  ])('rejects %s at character %i', (text, position, hint) => {
    const message = problemOf(text);
    expect(message).toContain(`at character ${position}:`);
    expect(message).toContain(hint);
  });

  it('rejects grouping by anything else', () => {
    expect(problemOf('GROUP BY WorkflowType', 'count')).toContain('ExecutionStatus only');
    expect(problemOf('GROUP BY ExecutionStatus, WorkflowType', 'count')).toContain('one field');
  });

  it('bounds nesting and size instead of overflowing', () => {
    expect(problemOf('('.repeat(10_000))).toContain('64 levels');
    expect(problemOf('NOT '.repeat(10_000))).toContain('64 levels');
    expect(problemOf(Array.from({ length: 501 }, () => `RunId='a'`).join(' OR '))).toContain('500 comparisons');
    expect(problemOf(`RunId = '${'a'.repeat(100_000)}'`)).toContain('100000 characters');
  });

  it('does not mistake properties of Object for fields', () => {
    expect(problemOf(`constructor = 'a'`)).toContain('no field constructor');
    expect(problemOf(`__proto__ = 'a'`)).toContain('no field __proto__');
  });
});
