import * as ours from '@perdure/common';
import * as ourProtoUtils from '@perdure/common/proto-utils';
import * as ourProtobufs from '@perdure/common/protobufs';
import * as theirs from '@temporalio/common';
import * as theirProtobufs from '@temporalio/common/lib/protobufs.js';
import { temporal } from '@temporalio/proto';
import { failure as failureApi, history as historyApi } from '@perdure/protocol';
import { HandlerError } from 'nexus-rpc';
import { describe, expect, it } from 'vitest';
import { shown, text, thrown, wireOfOurs, wireOfPayload, wireOfTheirs, withoutStacks, circular } from './outcomes.js';
import {
  protobufjsOf,
  PROTOBUF_MESSAGES,
  protobufRoot,
  WELL_KNOWN_MESSAGES,
  wellKnownRoot,
} from './protobuf-messages.js';

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
