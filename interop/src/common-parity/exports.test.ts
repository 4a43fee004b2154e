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
import { describe, expect, it } from 'vitest';
import { plain, text, thrown } from './outcomes.js';

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

function kindsOf(exports: Exports, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, kindOf(exports[name])]));
}

function kindOf(value: unknown): string {
  if (typeof value !== 'function') return typeof value;
  if (!/^class\b/.test(Function.prototype.toString.call(value))) return 'function';
  const parent = Object.getPrototypeOf(value) as { readonly name: string };
  return `class${value.prototype instanceof Error ? ` extends ${parent.name}` : ''}`;
}
