import fc from 'fast-check';
import { msToDuration } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from './limits.js';
import { payload, payloads } from './testing/commands.js';
import {
  byteLength,
  firstInvalid,
  invalidId,
  invalidPayloads,
  invalidRetryPolicy,
  invalidTimeout,
  payloadSizeBytes,
} from './validate.js';

test('the length of a text is that of its UTF-8 form', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(byteLength(text)).toBe(new TextEncoder().encode(text).length);
    }),
  );
});

test('an id must be there and within the limit, counted in bytes', () => {
  expect(invalidId('WorkflowId', '', DEFAULT_LIMITS)).toBe('WorkflowId is not set.');
  expect(invalidId('WorkflowId', undefined, DEFAULT_LIMITS, { optional: true })).toBeUndefined();
  expect(invalidId('WorkflowId', 'a'.repeat(1000), DEFAULT_LIMITS)).toBeUndefined();
  expect(invalidId('WorkflowId', 'a'.repeat(1001), DEFAULT_LIMITS)).toContain('1001 bytes');
  expect(invalidId('WorkflowId', 'ä'.repeat(500), DEFAULT_LIMITS)).toBeUndefined();
  expect(invalidId('WorkflowId', 'ä'.repeat(501), DEFAULT_LIMITS)).toContain('1002 bytes');
});

test('timeouts may be left out or zero, not negative', () => {
  expect([undefined, msToDuration(0), msToDuration(5)].map((value) => invalidTimeout('RunTimeout', value))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(invalidTimeout('RunTimeout', msToDuration(-1))).toContain('RunTimeout');
});

test('payloads are measured with their metadata', () => {
  expect(payloadSizeBytes(undefined)).toBe(0);
  expect(payloadSizeBytes(payload('x'))).toBe('encoding'.length + 'json/plain'.length + 3);
  const limits = { ...DEFAULT_LIMITS, payloadSizeBytes: 50 };
  expect(invalidPayloads('Input', payloads('x', 'y'), limits)).toBeUndefined();
  expect(invalidPayloads('Input', payloads('x', 'y', 'z'), limits)).toContain('Input exceeds size limit');
});

test('a retry policy must make sense, unless there is nothing to retry', () => {
  expect(invalidRetryPolicy(undefined)).toBeUndefined();
  expect(invalidRetryPolicy({})).toBeUndefined();
  expect(invalidRetryPolicy({ backoffCoefficient: 0.5, maximumAttempts: 1 })).toBeUndefined();
  expect(invalidRetryPolicy({ nonRetryableErrorTypes: ['TemporalTimeout:Heartbeat', 'Other'] })).toBeUndefined();
  for (const policy of [
    { initialInterval: msToDuration(-1) },
    { backoffCoefficient: 0.5 },
    { backoffCoefficient: Number.NaN },
    { maximumInterval: msToDuration(-1) },
    { initialInterval: msToDuration(2_000), maximumInterval: msToDuration(1_000) },
    { maximumAttempts: -1 },
    { nonRetryableErrorTypes: ['TemporalTimeout:Never'] },
  ]) {
    expect(invalidRetryPolicy(policy)).toEqual(expect.any(String));
  }
});

test('the first complaint is the answer, and later checks are not asked', () => {
  const asked: string[] = [];
  const check = (name: string, complaint?: string) => () => {
    asked.push(name);
    return complaint;
  };
  expect(firstInvalid(check('a'), check('b', 'bad'), check('c', 'worse'))).toBe('bad');
  expect(asked).toEqual(['a', 'b']);
  expect(firstInvalid(check('d'))).toBeUndefined();
});
