import * as ours from '@perdure/common';
import * as ourInternal from '@perdure/common/internal';
import * as ourConversion from '@perdure/common/internal/conversion';
import * as theirs from '@temporalio/common';
import * as theirSearchPayloads from '@temporalio/common/lib/converter/payload-search-attributes.js';
import * as theirConversion from '@temporalio/common/lib/internal-non-workflow/index.js';
import { describe, expect, it } from 'vitest';
import { outcome, plain, mapText } from './outcomes.js';

const DURATIONS = [
  ...['1s', '1.5 hours', '-3 days', '10', '1y', '1 week', '2W', '5 msecs', '1m', '1 M', '1MS', '.5s', '-.5 Min'],
  ...['  1s', '1s ', 'abc', '1 month', '1.s', '1e3', '1 s s', '--1s', '١s'],
  ...[0, 1, 1.5, 999, 1_000, 1_001.25, 86_400_000, Number.NaN, Number.POSITIVE_INFINITY],
] as ours.Duration[];

describe('durations', () => {
  it.each(DURATIONS.map((duration) => [duration]))('%s is the same', (duration) => {
    expect(outcome(() => ours.msToNumber(duration))).toEqual(outcome(() => theirs.msToNumber(duration)));
    if (typeof duration === 'number' || !duration.startsWith('-')) {
      expect(outcome(() => ours.msToTs(duration))).toEqual(outcome(() => plain(theirs.msToTs(duration))));
    }
  });
});

describe('search attributes', () => {
  const pairs: ours.SearchAttributePair[] = [
    { key: ours.defineSearchAttributeKey('text', 'TEXT'), value: 'a' },
    { key: ours.defineSearchAttributeKey('keyword', 'KEYWORD'), value: 'b' },
    { key: ours.defineSearchAttributeKey('int', 'INT'), value: 3 },
    { key: ours.defineSearchAttributeKey('double', 'DOUBLE'), value: 1.5 },
    { key: ours.defineSearchAttributeKey('bool', 'BOOL'), value: false },
    { key: ours.defineSearchAttributeKey('date', 'DATETIME'), value: new Date(5) },
    { key: ours.defineSearchAttributeKey('list', 'KEYWORD_LIST'), value: ['x', 'y'] },
  ];
  const untyped: ours.SearchAttributes = { a: ['x'], n: [1, 2], d: [new Date(7)], empty: [] };

  it('are the same payloads, and each reads the other', () => {
    const mine = ourInternal.encodeUnifiedSearchAttributes(untyped, new ours.TypedSearchAttributes(pairs));
    const others = theirSearchPayloads.encodeUnifiedSearchAttributes(untyped, new theirs.TypedSearchAttributes(pairs));
    expect(mapText(mine)).toEqual(mapText(others));
    expect(ourInternal.decodeTypedSearchAttributes(others).getAll()).toEqual(pairs);
    expect(theirSearchPayloads.decodeTypedSearchAttributes(mine).getAll()).toEqual(pairs);
    expect(ourInternal.decodeSearchAttributes(others)).toEqual(theirSearchPayloads.decodeSearchAttributes(mine));
  });

  it('are removed by the same payload', () => {
    const removal = [{ key: ours.defineSearchAttributeKey('int', 'INT'), value: null }];
    expect(mapText(ourInternal.encodeUnifiedSearchAttributes(undefined, removal))).toEqual(
      mapText(theirSearchPayloads.encodeUnifiedSearchAttributes(undefined, removal)),
    );
  });

  it.each([[['a']], [['a', 'b']], [[1]], [[1.5]], [[1, 2]], [[true]], [[new Date(0)]], [[]], [undefined]])(
    'without type are taken for the same type: %j',
    (value) => {
      expect(ours.TypedSearchAttributes.getKeyFromUntyped('k', value as string[])).toEqual(
        theirs.TypedSearchAttributes.getKeyFromUntyped('k', value as string[]),
      );
    },
  );

  it('change in the same way', () => {
    const updates = [
      { key: ours.defineSearchAttributeKey('int', 'INT'), value: null },
      { key: ours.defineSearchAttributeKey('text', 'KEYWORD'), value: 'changed' },
      { key: ours.defineSearchAttributeKey('new', 'BOOL'), value: true },
    ];
    expect(new ours.TypedSearchAttributes(pairs).updateCopy(updates).getAll()).toEqual(
      new theirs.TypedSearchAttributes(pairs).updateCopy(updates).getAll(),
    );
  });
});

describe('policies and options', () => {
  it.each([
    [{}],
    [{ maximumAttempts: 0 }],
    [{ maximumAttempts: 1.5 }],
    [{ maximumAttempts: Number.POSITIVE_INFINITY }],
    [{ backoffCoefficient: 0 }],
    [{ backoffCoefficient: 1.5, maximumAttempts: 3 }],
    [{ initialInterval: 0 }],
    [{ maximumInterval: 500 }],
    [{ initialInterval: '2s', maximumInterval: '1 minute', nonRetryableErrorTypes: ['A'] }],
  ] as [ours.RetryPolicy][])('a retry policy %j compiles to the same', (policy) => {
    const mine = outcome(() => ours.compileRetryPolicy(policy));
    expect(mine).toEqual(outcome(() => plain(theirs.compileRetryPolicy(policy))));
  });

  it.each([
    [{}],
    [{ priorityKey: 2, fairnessKey: 'a', fairnessWeight: 2 }],
    [{ priorityKey: -1 }],
    [{ priorityKey: 1.5 }],
  ])('a priority %j compiles to the same', (priority) => {
    expect(outcome(() => ours.compilePriority(priority))).toEqual(outcome(() => theirs.compilePriority(priority)));
  });

  it.each([
    'RetryState',
    'TimeoutType',
    'VersioningBehavior',
    'InitialVersioningBehavior',
    'WorkflowIdReusePolicy',
  ] as const)('%s converts to the same numbers and back', (name) => {
    for (const value of [...Object.values(theirs[name]), ...Object.keys(theirs[name])]) {
      const mine = (ours[`encode${name}`] as (input: unknown) => unknown)(value);
      expect(mine).toBe((theirs[`encode${name}`] as (input: unknown) => unknown)(value));
    }
    for (const number of [0, 1, 2, 3, 4, 5, 6, 7, 99]) {
      const mine = (ours[`decode${name}`] as (input: unknown) => unknown)(number);
      expect(mine).toBe((theirs[`decode${name}`] as (input: unknown) => unknown)(number));
    }
  });

  it.each([
    ...['http://test.com:8080', 'test.com', '[::1]:8080', '::1', '[::1]', '127.0.0.1', 'a:b', 'http://a/', 'ftp://x:1'],
    ...['', 'a:0', 'http://u:p@h:1', 'a_b:3', 'HTTP://x:1'],
  ])('the address %j has the same parts', (uri) => {
    expect(outcome(() => ourConversion.splitProtoHostPort(uri))).toEqual(
      outcome(() => theirConversion.splitProtoHostPort(uri)),
    );
    expect(outcome(() => ourConversion.normalizeGrpcEndpointAddress(uri, 7233))).toEqual(
      outcome(() => theirConversion.normalizeGrpcEndpointAddress(uri, 7233)),
    );
    expect(outcome(() => ourConversion.parseHttpConnectProxyAddress(uri))).toEqual(
      outcome(() => theirConversion.parseHttpConnectProxyAddress(uri)),
    );
  });
});
