import { DEFAULT_LIMITS } from '@perdure/engine';
import { expect, test } from 'vitest';
import { validateSearchAttributes, withTypeMetadata } from './search-attribute-validation.js';
import { json } from './testing/served.js';

const namespace = {
  name: 'default',
  searchAttributes: {
    Word: 'Keyword',
    Words: 'KeywordList',
    Prose: 'Text',
    Count: 'Int',
    Price: 'Double',
    Urgent: 'Bool',
    Due: 'Datetime',
  },
} as const;

function problem(indexedFields: Record<string, ReturnType<typeof json>>): string | undefined {
  return validateSearchAttributes(namespace, { indexedFields }, DEFAULT_LIMITS);
}

test.each([
  ['Word', 'a'],
  ['Word', ''],
  ['Word', ['a']],
  ['Word', []],
  ['Word', null],
  ['Words', ['a', 'b']],
  ['Words', []],
  ['Prose', 'some words'],
  ['Count', 3],
  ['Count', [3]],
  ['Price', 1.5],
  ['Price', 2],
  ['Urgent', true],
  ['Due', '2026-01-01T00:00:00Z'],
  ['Due', '2026-01-01T00:00:00.123456789+02:00'],
])('%s takes %j', (name, value) => {
  expect(problem({ [name]: json(value) })).toBeUndefined();
});

test.each([
  ['Word', 3, 'Keyword'],
  ['Word', ['a', 'b'], 'Keyword'],
  ['Word', {}, 'Keyword'],
  ['Words', 'a', 'KeywordList'],
  ['Words', [1], 'KeywordList'],
  ['Prose', 3, 'Text'],
  ['Count', '3', 'Int'],
  ['Count', 1.5, 'Int'],
  ['Count', 1e30, 'Int'],
  ['Price', '1', 'Double'],
  ['Urgent', 'true', 'Bool'],
  ['Urgent', 1, 'Bool'],
  ['Due', 1234, 'Datetime'],
  ['Due', '2026-01-01', 'Datetime'],
  ['Due', '2026-13-01T00:00:00Z', 'Datetime'],
])('%s does not take %j', (name, value, type) => {
  expect(problem({ [name]: json(value) })).toContain(`invalid value for search attribute ${name} of type ${type}: `);
});

test('payloads that hold no JSON are refused, and binary/null unsets', () => {
  const encoding = (name: string): { metadata: Record<string, Uint8Array>; data: Uint8Array } => ({
    metadata: { encoding: new TextEncoder().encode(name) },
    data: new TextEncoder().encode('{{{'),
  });
  expect(problem({ Word: encoding('json/plain') })).toContain('not JSON');
  expect(problem({ Word: encoding('binary/plain') })).toContain('"binary/plain"');
  expect(problem({ Word: { ...encoding(''), metadata: {} } })).toContain('encoding ""');
  expect(problem({ Word: encoding('binary/null') })).toBeUndefined();
});

test('names must be registered, or be system attributes that callers may set', () => {
  expect(problem({ Nope: json('a') })).toBe('Namespace default has no mapping defined for search attribute Nope');
  expect(problem({ constructor: json('a') })).toContain('no mapping defined');
  expect(problem({ WorkflowId: json('a') })).toBe("WorkflowId attribute can't be set in SearchAttributes");
  expect(problem({ TemporalWorkerDeployment: json('a') })).toContain("can't be set");
  expect(problem({ TemporalChangeVersion: json(['a']) })).toBeUndefined();
  expect(problem({ BuildIds: json(['a']) })).toBeUndefined();
});

test('a value of exactly the size limit passes, one byte more does not', () => {
  expect(problem({ Word: json('a'.repeat(2046)) })).toBeUndefined();
  expect(problem({ Word: json('a'.repeat(2047)) })).toBe(
    'search attribute Word value size 2049 exceeds size limit 2048',
  );
});

test('the number of attributes and their size in all are limited', () => {
  const limits = { ...DEFAULT_LIMITS, searchAttributesCount: 1, searchAttributesSizeBytes: 20 };
  const two = { indexedFields: { Word: json('a'), Prose: json('b') } };
  expect(validateSearchAttributes(namespace, two, limits)).toBe('number of search attributes 2 exceeds limit 1');
  const large = { indexedFields: { Word: json('a'.repeat(30)) } };
  expect(validateSearchAttributes(namespace, large, limits)).toBe(
    'total size of search attributes 36 exceeds size limit 20',
  );
  expect(validateSearchAttributes(namespace, undefined, limits)).toBeUndefined();
});

test('each attribute carries the name of its registered type', () => {
  const wrong = { ...json('a'), metadata: { type: new TextEncoder().encode('Int') } };
  const typed = withTypeMetadata(namespace, { Word: wrong, Words: json(['a']), Gone: json(1) });
  const typeOf = (name: string): string | undefined => {
    const type = typed[name]?.metadata?.['type'];
    return type == null ? undefined : new TextDecoder().decode(type);
  };
  expect([typeOf('Word'), typeOf('Words'), typeOf('Gone')]).toEqual(['Keyword', 'KeywordList', undefined]);
});
