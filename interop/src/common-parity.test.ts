import { createRequire } from 'node:module';
import * as ours from '@perdure/common';
import * as ourInternal from '@perdure/common/internal';
import * as ourConversion from '@perdure/common/internal/conversion';
import * as ourProtoUtils from '@perdure/common/proto-utils';
import * as ourProtobufs from '@perdure/common/protobufs';
import * as theirs from '@temporalio/common';
import * as theirActivityCancellation from '@temporalio/common/lib/activity-cancellation-details.js';
import * as theirActivityOptions from '@temporalio/common/lib/activity-options.js';
import * as theirLimit from '@temporalio/common/lib/concurrency/limit.js';
import * as theirSemaphore from '@temporalio/common/lib/concurrency/semaphore.js';
import * as theirContinueAsNew from '@temporalio/common/lib/continue-as-new.js';
import * as theirSearchPayloads from '@temporalio/common/lib/converter/payload-search-attributes.js';
import * as theirEncoding from '@temporalio/common/lib/encoding.js';
import * as theirInterceptors from '@temporalio/common/lib/interceptors.js';
import * as theirConversion from '@temporalio/common/lib/internal-non-workflow/index.js';
import * as theirInternal from '@temporalio/common/lib/internal-workflow/index.js';
import * as theirProtoUtils from '@temporalio/common/lib/proto-utils.js';
import * as theirProtobufs from '@temporalio/common/lib/protobufs.js';
import * as theirReserved from '@temporalio/common/lib/reserved.js';
import * as theirSearchAttributes from '@temporalio/common/lib/search-attributes.js';
import * as theirTime from '@temporalio/common/lib/time.js';
import * as theirTypeHelpers from '@temporalio/common/lib/type-helpers.js';
import * as theirUserMetadata from '@temporalio/common/lib/user-metadata.js';
import * as theirVersioningIntent from '@temporalio/common/lib/versioning-intent-enum.js';
import { temporal } from '@temporalio/proto';
import { common as commonApi, failure as failureApi, history as historyApi } from '@perdure/protocol';
import { HandlerError } from 'nexus-rpc';
import { describe, expect, it } from 'vitest';

type Exports = Readonly<Record<string, unknown>>;

/** Everything of theirs that ours does not have under the same name, and why. Nothing else may be missing. */
const NOT_OURS: Readonly<Record<string, string>> = {
  // lib/search-attributes
  _: 'exported by accident there; ours is called decodeSearchAttributeIndexedValueType',
  // lib/encoding
  TextDecoder: 'a replacement of its own for sandboxes; ours takes what the platform has',
  TextEncoder: 'see TextDecoder',
  // lib/continue-as-new
  suggestContinueAsNewReasonsFromProto: 'not in its types; decodeSuggestContinueAsNewReason converts one',
  // lib/versioning-intent-enum
  VersioningIntent: 'the number of the core interface; ours is VersioningIntentNumber',
  // lib/internal-non-workflow
  ExternalStorageMetricsAccumulator:
    'fills a message of the native core; ours reports to a function given to the runner',
  extstoreStoreOptions: 'an option of visit',
  extstoreInboundOptions: 'an option of visit',
  visit: 'walks generated classes of protobufjs; our messages are plain and our client and worker know their payloads',
};

/** The walkers of every message, see `visit`. */
const WALKER = /^walk[A-Z]/;

/** Deep imports of the official packages, and where ours are. */
const DEEP_IMPORTS: readonly (readonly [path: string, theirs: Exports, ours: Exports])[] = [
  ['', theirs, ours],
  ['lib/activity-cancellation-details', theirActivityCancellation, ourInternal],
  ['lib/activity-options', theirActivityOptions, ourInternal],
  ['lib/concurrency/limit', theirLimit, ourConversion],
  ['lib/concurrency/semaphore', theirSemaphore, ourConversion],
  ['lib/continue-as-new', theirContinueAsNew, { ...ours, ...ourInternal }],
  ['lib/converter/payload-search-attributes', theirSearchPayloads, ourInternal],
  ['lib/encoding', theirEncoding, { ...ourInternal, encode: ours.u8, decode: ours.str }],
  ['lib/interceptors', theirInterceptors, ourInternal],
  ['lib/internal-non-workflow', theirConversion, ourConversion],
  ['lib/internal-workflow', theirInternal, ourInternal],
  ['lib/proto-utils', theirProtoUtils, ourProtoUtils],
  ['lib/protobufs', theirProtobufs, ourProtobufs],
  ['lib/reserved', theirReserved, ourInternal],
  ['lib/search-attributes', theirSearchAttributes, { ...ours, ...ourInternal }],
  ['lib/time', theirTime, ourInternal],
  ['lib/type-helpers', theirTypeHelpers, ourInternal],
  ['lib/user-metadata', theirUserMetadata, ourInternal],
  ['lib/versioning-intent-enum', theirVersioningIntent, ourInternal],
];

const STACK =
  'Error: x\n    at order (order.ts:1:1)\n    at callUserCode (stack-trace.js:1:1)\n    at run (run.js:1:1)';

/** Where behaviour differs on purpose. Each has a test below that pins both sides. */
const DIFFERENCES: readonly (readonly [what: string, theirs: () => unknown, ours: () => unknown])[] = [
  [
    'seconds are numbers instead of Longs; where timestamps are taken, both are',
    () => [typeof theirs.msToTs('1s').seconds, theirs.tsToMs(theirs.msToTs('1s'))],
    () => [typeof ours.msToTs('1s').seconds, ours.tsToMs(theirs.msToTs('1s'))],
  ],
  [
    'the advice for a thrown value that is no error is our own',
    () => theirs.defaultFailureConverter.errorToFailure('text', theirs.defaultPayloadConverter),
    () => ours.defaultFailureConverter.errorToFailure('text', ours.defaultPayloadConverter),
  ],
  [
    'stack traces end where our own framework begins',
    () => theirs.cutoffStackTrace(STACK),
    () => ours.cutoffStackTrace(STACK),
  ],
  [
    'a function is no JSON: theirs sends a payload that nobody can decode',
    () => theirs.defaultPayloadConverter.toPayload(() => 1).data?.length,
    () => thrown(() => ours.defaultPayloadConverter.toPayload(() => 1)),
  ],
  [
    'seconds and nanos of a negative duration have the same sign, as google.protobuf.Duration demands',
    () => plain(theirs.msToTs(-1)),
    () => ours.msToTs(-1),
  ],
  [
    'a thrown object without message is shown as what it is',
    () => theirs.ensureApplicationFailure({ a: 1 }).message,
    () => ours.ensureApplicationFailure({ a: 1 }).message,
  ],
  [
    'nothing and other types are TypeErrors like every other bad duration',
    () => thrown(() => theirs.msToNumber('')),
    () => thrown(() => ours.msToNumber('' as '1s')),
  ],
  [
    'a search attribute without a value is removed instead of refused',
    () => thrown(() => theirSearchPayloads.encodeUnifiedSearchAttributes({ a: undefined })),
    () => text(ourInternal.encodeUnifiedSearchAttributes({ a: undefined }).a),
  ],
  [
    'a name that every object inherits is no value of an enum',
    () => typeof theirs.encodeRetryState('toString' as 'TIMEOUT'),
    () => thrown(() => ours.encodeRetryState('toString' as 'TIMEOUT')),
  ],
  [
    'a scheme is joined with ://',
    () => theirConversion.joinProtoHostPort({ scheme: 'http', hostname: '::1', port: 3 }),
    () => ourConversion.joinProtoHostPort({ scheme: 'http', hostname: '::1', port: 3 }),
  ],
];

describe('the exports of @perdure/common and @temporalio/common', () => {
  it.each(DEEP_IMPORTS)('%s: everything of theirs is in ours, of the same kind', (_path, theirExports, ourExports) => {
    const missing = Object.keys(theirExports).filter(
      (name) => name !== 'default' && !WALKER.test(name) && !(name in ourExports) && !(name in NOT_OURS),
    );
    expect(missing).toEqual([]);
    const shared = Object.keys(theirExports).filter((name) => name in ourExports);
    expect(kindsOf(ourExports, shared)).toEqual(kindsOf(theirExports, shared));
  });

  it('are the same at the root: ours has nothing that theirs has not', () => {
    expect(Object.keys(ours).sort()).toEqual(
      Object.keys(theirs)
        .filter((name) => name !== 'default' && name !== 'module.exports')
        .sort(),
    );
  });

  it('have no reason listed for something that is not missing', () => {
    const all = new Set(DEEP_IMPORTS.flatMap(([, theirExports]) => Object.keys(theirExports)));
    expect(Object.keys(NOT_OURS).filter((name) => !all.has(name))).toEqual([]);
  });

  it('hold equal constants', () => {
    const constants = Object.keys(theirs).filter((name) =>
      ['string', 'object'].includes(typeof Reflect.get(theirs, name)),
    );
    const values = (exports: Exports) =>
      Object.fromEntries(
        constants.filter((name) => !/^(default|noop|module)/.test(name)).map((name) => [name, exports[name]]),
      );
    expect(values(ours)).toEqual(values({ ...theirs, rawValueTypeInfo: ours.rawValueTypeInfo }));
  });

  it.each(DIFFERENCES)('differ on purpose: %s', (_what, theirValue, ourValue) => {
    expect({ theirs: theirValue(), ours: ourValue() }).toMatchSnapshot();
  });
});

/** Values that the default payload converter takes. */
const VALUES: readonly unknown[] = [
  undefined,
  null,
  0,
  -1.5,
  '',
  'héllo \u{1F600} \ud800',
  true,
  [],
  [1, [undefined, null]],
  {},
  { a: { b: [1, 'x', null] }, gone: undefined },
  new Date(1234),
  new Uint8Array(),
  new Uint8Array([0, 1, 255]),
  Buffer.from('bytes'),
  { toJSON: () => 'custom' },
  Number.NaN,
  Number.MAX_SAFE_INTEGER,
];

describe('the types of both', () => {
  it('fit into each other, so that code may move one file at a time', () => {
    const codec: ours.PayloadCodec = { encode: (p) => Promise.resolve(p), decode: (p) => Promise.resolve(p) };
    const fits: [
      theirs.PayloadConverter,
      theirs.PayloadCodec,
      theirs.MetricMeter,
      theirs.RetryPolicy,
      theirs.Priority,
      theirs.ActivityFunction,
      theirs.SearchAttributePair[],
      theirs.Duration,
    ] = [ours.defaultPayloadConverter, codec, ours.noopMetricMeter, POLICY, {}, async () => {}, [], DURATION];
    const fitsBack: [ours.PayloadConverter, ours.PayloadCodec, ours.MetricMeter, ours.RetryPolicy, ours.Logger] = [
      theirs.defaultPayloadConverter,
      codec,
      theirs.noopMetricMeter,
      POLICY,
      LOGGER,
    ];
    expect([fits.length, fitsBack.length]).toEqual([8, 5]);
  });
});

const DURATION: ours.Duration = '5 minutes';
const POLICY: ours.RetryPolicy & theirs.RetryPolicy = { initialInterval: DURATION, maximumAttempts: 3 };
const noop = () => {};
const LOGGER: theirs.Logger = { log: noop, trace: noop, debug: noop, info: noop, warn: noop, error: noop };

describe('payloads', () => {
  it.each(VALUES.map((value) => [value]))('of %j are the same bytes, and each reads the other', (value) => {
    const mine = ours.defaultPayloadConverter.toPayload(value);
    const others = theirs.defaultPayloadConverter.toPayload(value);
    expect(wireOfPayload(mine)).toEqual(wireOfPayload(others));
    expect(ours.defaultPayloadConverter.fromPayload(others)).toEqual(theirs.defaultPayloadConverter.fromPayload(mine));
  });

  it.each([
    ['a bigint', 1n],
    ['an object that contains itself', circular()],
  ])('of %s are refused by both', (_name, value) => {
    expect(thrown(() => ours.defaultPayloadConverter.toPayload(value))).toContain('ValueError');
    expect(thrown(() => theirs.defaultPayloadConverter.toPayload(value))).toContain('ValueError');
  });

  it.each([
    ['no metadata', {}],
    ['no encoding', { metadata: {} }],
    ['an unknown encoding', { metadata: { encoding: ours.u8('x/y') } }],
    ['JSON without data', { metadata: { encoding: ours.u8('json/plain') } }],
  ])('with %s are refused by both with the same class of error', (_name, payload) => {
    const mine = thrown(() => ours.defaultPayloadConverter.fromPayload(payload));
    expect(mine).toBe(thrown(() => theirs.defaultPayloadConverter.fromPayload(payload)));
  });

  it('of protobuf messages are the same bytes in both encodings, and each reads the other', () => {
    const root = protobufRoot();
    const type = root.lookupType('a.b.Everything');
    for (const properties of PROTOBUF_MESSAGES) {
      const message = type.fromObject(properties);
      for (const name of ['ProtobufJsonPayloadConverter', 'ProtobufBinaryPayloadConverter'] as const) {
        const mine = new ourProtobufs[name](root).toPayload(message) as ours.Payload;
        const others = new theirProtobufs[name](root).toPayload(message) as ours.Payload;
        expect(text(mine)).toEqual(text(others));
        const read = new ourProtobufs[name](root).fromPayload(others);
        const readByTheirs = new theirProtobufs[name](root).fromPayload(mine);
        expect(type.toObject(read as object)).toEqual(type.toObject(readByTheirs as object));
      }
    }
  });
});

describe('well-known types of protobuf', () => {
  it.each(WELL_KNOWN_MESSAGES.map((properties) => [properties]))(
    'of %j are the same JSON, and come back',
    (properties) => {
      const root = wellKnownRoot();
      const type = root.lookupType('a.Known');
      const message = type.decode(Uint8Array.from(type.encode(type.fromObject(properties)).finish()));
      const mine = new ourProtobufs.ProtobufJsonPayloadConverter(root);
      const payload = mine.toPayload(message) as ours.Payload;
      expect(text(payload)).toEqual(text(new theirProtobufs.ProtobufJsonPayloadConverter(root).toPayload(message)));
      expect(type.toObject(mine.fromPayload(payload))).toEqual(type.toObject(message));
    },
  );
});

describe('failures', () => {
  for (const encodeCommonAttributes of [false, true]) {
    const mine = new ours.DefaultFailureConverter({ encodeCommonAttributes });
    const others = new theirs.DefaultFailureConverter({ encodeCommonAttributes });

    it.each(ERRORS().map((pair) => [pair.name, pair] as const))(
      `of %s are the same on the wire (encodeCommonAttributes ${encodeCommonAttributes}), and each reads the other`,
      (_name, { make }) => {
        const ourFailure = mine.errorToFailure(make(ours as unknown as typeof theirs), ours.defaultPayloadConverter);
        const theirFailure = others.errorToFailure(make(theirs), theirs.defaultPayloadConverter);
        expect(withoutStacks(wireOfOurs(ourFailure))).toEqual(withoutStacks(wireOfTheirs(theirFailure)));

        // Each reads what the other wrote, through the wire, and sees the same.
        const ourBytes = failureApi.Failure.encode(ourFailure).slice();
        const byUs = mine.failureToError(failureApi.Failure.decode(ourBytes), ours.defaultPayloadConverter);
        const byThem = others.failureToError(
          temporal.api.failure.v1.Failure.decode(ourBytes),
          theirs.defaultPayloadConverter,
        );
        expect(shown(byUs)).toEqual(shown(byThem));
      },
    );
  }

  it('passed on unchanged are the very same failure in both', () => {
    const failure = { message: 'm', source: 'GoSDK', applicationFailureInfo: { type: 'T' } };
    const error = ours.defaultFailureConverter.failureToError(failure, ours.defaultPayloadConverter);
    expect(ours.defaultFailureConverter.errorToFailure(error, ours.defaultPayloadConverter)).toBe(failure);
  });

  it('of either are instances of the classes of the other', () => {
    expect(new theirs.ApplicationFailure('m')).toBeInstanceOf(ours.ApplicationFailure);
    expect(new theirs.ApplicationFailure('m')).toBeInstanceOf(ours.TemporalFailure);
    expect(new ours.CancelledFailure('m')).toBeInstanceOf(theirs.CancelledFailure);
    expect(new ours.CancelledFailure('m')).not.toBeInstanceOf(theirs.ApplicationFailure);
    expect(new ours.PayloadConverterError('m')).toBeInstanceOf(theirs.ValueError);
  });

  it.each([
    ['an error', new TypeError('b', { cause: new RangeError('c') })],
    ['text', 's'],
    ['nothing', undefined],
    ['null', null],
    ['a number', 3],
    ['something like an error', { message: 'm', name: 'N', stack: 's' }],
    ['an error of a class', new (class Custom extends Error {})('x')],
  ])('ensured of %s are the same', (_name, value) => {
    expect(shown(ours.ensureApplicationFailure(value))).toEqual(shown(theirs.ensureApplicationFailure(value)));
    expect(shown(ours.ensureTemporalFailure(value))).toEqual(shown(theirs.ensureTemporalFailure(value)));
    expect(ours.rootCause(value)).toBe(theirs.rootCause(value));
    expect(ours.errorMessage(value)).toBe(theirs.errorMessage(value));
  });
});

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

describe('histories as JSON', () => {
  const event = {
    eventId: '1',
    eventTime: '2026-01-01T00:00:00.123Z',
    eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_STARTED',
    workflowExecutionStartedEventAttributes: {
      workflowType: { name: 'order' },
      taskQueue: { name: 'q', kind: 'TASK_QUEUE_KIND_NORMAL' },
      input: { payloads: [{ metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: 'MQ==' }] },
      workflowRunTimeout: '10s',
    },
  };

  // Their own functions compare classes of two copies of protobufjs where npm installs two, so the mapping is asked itself.
  it('are what protobufjs writes of the same bytes', () => {
    const history = ourProtoUtils.historyFromJSON({ events: [event] });
    const type = temporal.api.history.v1.History;
    const theirHistory = type.decode(historyApi.History.encode(history));
    const { toJson } = protobufjsOf('@temporalio/proto', 'protobufjs/ext/protojson') as {
      toJson(type: unknown, message: unknown): unknown;
    };
    const theirJson = toJson((theirHistory as unknown as { $type: unknown }).$type, theirHistory);
    expect(JSON.parse(ourProtoUtils.historyToJSON(history))).toEqual(theirJson);
  });

  it('are read in the spelling of older tools, and what is unknown is skipped', () => {
    const older = structuredClone(event) as Record<string, unknown>;
    older.eventType = 'WorkflowExecutionStarted';
    older.unknownField = 1;
    expect(ourProtoUtils.historyFromJSON({ events: [older] })).toEqual(
      ourProtoUtils.historyFromJSON({ events: [event] }),
    );
  });
});

function kindsOf(exports: Exports, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, kindOf(exports[name])]));
}

function kindOf(value: unknown): string {
  if (typeof value !== 'function') return typeof value;
  if (!/^class\b/.test(Function.prototype.toString.call(value))) return 'function';
  const parent = Object.getPrototypeOf(value) as { readonly name: string };
  return `class${value.prototype instanceof Error ? ` extends ${parent.name}` : ''}`;
}

function thrown(run: () => unknown): string {
  try {
    return `returned ${JSON.stringify(run())}`;
  } catch (error) {
    return `threw ${(error as Error).name}`;
  }
}

/** What a function gives, or the class of what it throws. */
function outcome(run: () => unknown): unknown {
  try {
    return { value: plain(run()) };
  } catch (error) {
    return { error: (error as Error).name };
  }
}

/** The value with every Long as a number. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array) return value;
  if ('toNumber' in value && typeof value.toNumber === 'function') return (value.toNumber as () => number)();
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

function text(payload: ours.Payload | undefined): unknown {
  return {
    metadata: Object.fromEntries(Object.entries(payload?.metadata ?? {}).map(([key, bytes]) => [key, ours.str(bytes)])),
    data: payload?.data ? Buffer.from(payload.data).toString('latin1') : undefined,
  };
}

function mapText(payloads: Readonly<Record<string, ours.Payload>>): unknown {
  return Object.fromEntries(Object.entries(payloads).map(([key, payload]) => [key, text(payload)]));
}

function wireOfPayload(payload: ours.Payload): unknown {
  return Buffer.from(commonApi.Payload.encode(payload)).toString('hex');
}

function wireOfOurs(failure: ours.ProtoFailure): unknown {
  return failureApi.Failure.decode(failureApi.Failure.encode(failure).slice());
}

function wireOfTheirs(failure: theirs.ProtoFailure): unknown {
  return failureApi.Failure.decode(temporal.api.failure.v1.Failure.encode(failure).finish());
}

/** Stack traces name the files that they were made in; all that can be equal is whether there is one. */
function withoutStacks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutStacks);
  if (value instanceof Uint8Array) {
    return Buffer.from(value)
      .toString()
      .replace(/"stack_trace":"[^"]+"/, '"stack_trace":"..."');
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === 'stackTrace' ? Boolean(item) : withoutStacks(item)]),
  );
}

/** All that a program can see of an error, causes included. */
function shown(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack } = error;
  const own = Object.entries(error).filter(([key]) => !['failure', 'cause', 'originalFailure'].includes(key));
  const fields = Object.fromEntries(own.map(([key, value]) => [key, plain(value)]));
  return { name, message, stack, fields, cause: shown(error.cause) };
}

function circular(): object {
  const object: Record<string, unknown> = {};
  object.self = object;
  return object;
}

interface ErrorCase {
  readonly name: string;
  readonly make: (sdk: typeof theirs) => unknown;
}

function ERRORS(): readonly ErrorCase[] {
  const cases: Record<string, ErrorCase['make']> = {
    'an error': () => new Error('x'),
    'an error with causes': () => new TypeError('x', { cause: new Error('y', { cause: new Error('z') }) }),
    'an error without message': () => new Error(),
    'an application failure': (sdk) =>
      sdk.ApplicationFailure.create({
        message: 'm',
        type: 'T',
        nonRetryable: true,
        details: [1, undefined, 'x', new Uint8Array([1])],
        nextRetryDelay: '3s',
        category: 'BENIGN',
        cause: new Error('c'),
      }),
    'an empty application failure': (sdk) => new sdk.ApplicationFailure(),
    'a non-retryable application failure': (sdk) => sdk.ApplicationFailure.nonRetryable('a', 'b', { c: 1 }),
    'a cancellation': (sdk) => new sdk.CancelledFailure('c', [1, 2]),
    'a cancellation without details': (sdk) => new sdk.CancelledFailure('c'),
    'a termination': (sdk) => new sdk.TerminatedFailure('t', new Error('why')),
    'a timeout': (sdk) => new sdk.TimeoutFailure('t', { progress: 1 }, 'HEARTBEAT'),
    'a timeout without details': (sdk) => new sdk.TimeoutFailure('t', undefined, 'START_TO_CLOSE'),
    'a server failure': (sdk) => new sdk.ServerFailure('s', true),
    'an activity failure': (sdk) =>
      new sdk.ActivityFailure('a', 'T', 'id', 'IN_PROGRESS', 'me', sdk.ApplicationFailure.create({ message: 'in' })),
    'a child workflow failure': (sdk) =>
      new sdk.ChildWorkflowFailure('ns', { workflowId: 'w', runId: 'r' }, 'T', 'TIMEOUT', new Error('q')),
    'a Nexus operation failure': (sdk) => new sdk.NexusOperationFailure('m', 3, 'e', 's', 'o', 't', new Error('q')),
    'a Nexus handler error': () => new HandlerError('BAD_REQUEST', 'hm', { cause: new Error('c') }),
    'a Nexus handler error that says whether to retry': () =>
      new HandlerError('INTERNAL', 'hm', { retryableOverride: false }),
    'an error of the client': (sdk) => new sdk.WorkflowExecutionAlreadyStartedError('m', 'w', 't'),
  };
  return Object.entries(cases).map(([name, make]) => ({ name, make }));
}

/** What the test needs of protobufjs. */
interface Protobufjs {
  parse(source: string): { readonly root: Root };
  readonly common: { get(file: string): { readonly nested: object } | null };
}

interface Root {
  lookupType(name: string): MessageType;
  addJSON(nested: object): unknown;
  resolveAll(): unknown;
}

interface MessageType {
  encode(message: object): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
  fromObject(properties: object): object;
  toObject(message: object): unknown;
}

/** A module of the copy of protobufjs that a package uses: its classes are recognised by that package only. */
function protobufjsOf(packageName: string, module: string): unknown {
  const require = createRequire(import.meta.url);
  return createRequire(require.resolve(packageName))(module);
}

function protobufRoot() {
  const protobufjs = protobufjsOf('@temporalio/common', 'protobufjs') as Protobufjs;
  return protobufjs.parse(`
    syntax = "proto3";
    package a.b;
    enum Color { NONE = 0; RED = 1; }
    message Inner { string text = 1; }
    message Everything {
      string name = 1; int32 count = 2; int64 big = 3; bytes data = 4; Color color = 5; repeated Inner inners = 6;
      map<string, int32> counts = 7; bool flag = 8; double ratio = 9; oneof choice { string word = 10; Inner inner = 11; }
      string snake_case = 12; repeated int64 longs = 13; optional int32 maybe = 14; map<int32, Inner> by_number = 15;
      uint64 unsigned = 16; float single = 17; repeated Color colors = 18;
    }`).root;
}

const PROTOBUF_MESSAGES: readonly Record<string, unknown>[] = [
  {},
  { name: '', count: 0, flag: false, color: 0, big: 0, data: new Uint8Array(), maybe: 0, word: '' },
  {
    name: 'x',
    count: -3,
    big: '-9007199254740993',
    data: new Uint8Array([1, 2, 255]),
    color: 1,
    inners: [{ text: 'q' }, {}],
    counts: { k: 1, zero: 0 },
    flag: true,
    ratio: Number.NaN,
    inner: { text: '' },
    snakeCase: 'sc',
    longs: ['1', '-2'],
    maybe: 7,
    byNumber: { 3: { text: 'z' } },
    unsigned: '18446744073709551615',
    single: 0.5,
    colors: [0, 1],
  },
];

function wellKnownRoot(): Root {
  const protobufjs = protobufjsOf('@temporalio/common', 'protobufjs') as Protobufjs;
  const { root } = protobufjs.parse(`
    syntax = "proto3";
    package a;
    message Known {
      google.protobuf.Timestamp moment = 1; google.protobuf.Duration duration = 2; google.protobuf.Struct struct = 3;
      google.protobuf.Int64Value integer = 4; google.protobuf.StringValue text = 5; google.protobuf.FieldMask mask = 7;
      google.protobuf.BoolValue flag = 8; google.protobuf.Empty empty = 9; google.protobuf.Value value = 10;
      google.protobuf.BytesValue bytes = 11; google.protobuf.DoubleValue ratio = 12;
      repeated google.protobuf.Duration durations = 13; google.protobuf.Any any = 14;
    }`);
  for (const file of ['timestamp', 'duration', 'struct', 'wrappers', 'any', 'field_mask', 'empty']) {
    root.addJSON(protobufjs.common.get(`google/protobuf/${file}.proto`)?.nested ?? {});
  }
  root.resolveAll();
  return root;
}

const WELL_KNOWN_MESSAGES: readonly object[] = [
  { moment: { seconds: 1_767_225_600, nanos: 123_000_000 }, duration: { seconds: 1, nanos: 500_000_000 } },
  { moment: { seconds: -1, nanos: 1 }, duration: { nanos: -1_000 }, durations: [{ seconds: -3 }, { nanos: 1 }] },
  { integer: { value: '9007199254740993' }, text: { value: '' }, flag: { value: false }, ratio: { value: Number.NaN } },
  { empty: {}, bytes: { value: new Uint8Array([1]) }, mask: { paths: ['foo_bar', 'b.c_d'] } },
  {
    value: { stringValue: 'x' },
    struct: { fields: { a: { numberValue: 1 }, b: { boolValue: true }, c: { nullValue: 0 } } },
  },
  { struct: { fields: { list: { listValue: { values: [{ stringValue: '' }] } }, empty: { structValue: {} } } } },
  { any: { type_url: 'type.googleapis.com/google.protobuf.StringValue', value: Uint8Array.of(10, 1, 120) } },
];
