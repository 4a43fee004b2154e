import type { enums } from '@perdure/protocol';
import { failure, type nexus } from '@perdure/protocol';
import { describe, expect, test } from 'vitest';
import { failureOfHandlerError } from './handler-answers.js';
import { describeHandlerFailure } from './handler-errors.js';
import { failureOfNexus, jsonOfNexusFailure, nexusFailure, nexusFailureOfJson } from './nexus-failures.js';

const text = (json: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(json));
const TYPE = 'temporal.api.failure.v1.Failure';

describe('a failure of a workflow', () => {
  const given: failure.IFailure = {
    message: 'outer',
    stackTrace: 'at outer',
    applicationFailureInfo: {
      type: 'Refused',
      nonRetryable: true,
      details: { payloads: [{ metadata: { encoding: new TextEncoder().encode('json/plain') }, data: text(1) }] },
    },
    cause: { message: 'inner', canceledFailureInfo: {} },
  };

  test('comes through Nexus and JSON as it was', () => {
    const json = JSON.stringify(jsonOfNexusFailure(nexusFailure(given)));
    const back = failureOfNexus(nexusFailureOfJson(JSON.parse(json)));
    expect(failure.Failure.encode(back)).toEqual(failure.Failure.encode(given));
  });

  test('is written as Nexus has it: what is common beside details in JSON', () => {
    expect(jsonOfNexusFailure(nexusFailure(given))).toEqual({
      message: 'outer',
      stackTrace: 'at outer',
      metadata: { type: TYPE },
      details: {
        applicationFailureInfo: {
          type: 'Refused',
          nonRetryable: true,
          details: { payloads: [{ metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: 'MQ==' }] },
        },
      },
      cause: { message: 'inner', metadata: { type: TYPE }, details: { canceledFailureInfo: {} } },
    });
  });

  test('may have its cause in its details', () => {
    const details = text({ applicationFailureInfo: { type: 'T' }, cause: { message: 'inner', unknownField: 1 } });
    expect(failureOfNexus({ message: 'outer', metadata: { type: TYPE }, details })).toMatchObject({
      message: 'outer',
      applicationFailureInfo: { type: 'T' },
      cause: { message: 'inner' },
    });
  });
});

describe('a failure of somebody else', () => {
  const given: nexus.IFailure = {
    message: 'no',
    metadata: { type: 'theirs', k: 'v' },
    details: text({ code: 7 }),
    cause: { message: 'why', metadata: {} },
  };

  test('becomes an application failure that holds all of it, and back', () => {
    const own = failureOfNexus(given);
    expect(own).toMatchObject({
      message: 'no',
      applicationFailureInfo: { type: 'NexusFailure', nonRetryable: true },
      cause: { message: 'why', applicationFailureInfo: { type: 'NexusFailure' } },
    });
    expect(Buffer.from(own.applicationFailureInfo!.details!.payloads![0]!.data!).toString()).toBe(
      '{"metadata":{"type":"theirs","k":"v"},"details":{"code":7}}',
    );
    expect(jsonOfNexusFailure(nexusFailure(own))).toEqual(jsonOfNexusFailure(given));
  });

  test('becomes a cancellation if the operation was canceled', () => {
    expect(failureOfNexus({ message: 'stopped' }, 'canceled')).toMatchObject({
      message: 'stopped',
      canceledFailureInfo: {},
    });
  });

  test('that calls itself one of ours and is not, is kept as it is', () => {
    const details = text({ applicationFailureInfo: 7 });
    expect(failureOfNexus({ message: 'no', metadata: { type: TYPE }, details })).toMatchObject({
      applicationFailureInfo: { type: 'NexusFailure' },
    });
  });

  test.each([[undefined], [null], ['text'], [[]], [{ cause: 7 }]])('is not %j', (json) => {
    expect(() => nexusFailureOfJson(json)).toThrow('must be an object');
  });
});

describe('an error of a handler in the older form', () => {
  test('has no cause if it is a message and no more', () => {
    const own = failureOfHandlerError({ errorType: 'CONFLICT', failure: { message: 'twice' } });
    expect(own).toEqual({ message: 'twice', nexusHandlerFailureInfo: { type: 'CONFLICT', retryBehavior: 0 } });
    expect(describeHandlerFailure(own)).toEqual({
      errorType: 'CONFLICT',
      retryable: false,
      retryableOverride: undefined,
    });
  });

  test('has what the handler threw as its cause', () => {
    const failure = {
      message: 'no',
      metadata: { type: TYPE },
      details: text({ applicationFailureInfo: { type: 'T' } }),
    };
    expect(failureOfHandlerError({ errorType: 'NOT_FOUND', failure, retryBehavior: 1 })).toMatchObject({
      message: 'no',
      nexusHandlerFailureInfo: { type: 'NOT_FOUND', retryBehavior: 1 },
      cause: { message: 'no', applicationFailureInfo: { type: 'T' } },
    });
  });

  test('is worth another try by its type, or as it says', () => {
    const retryable = (type: string, retryBehavior: enums.NexusHandlerErrorRetryBehavior = 0): boolean =>
      describeHandlerFailure({ nexusHandlerFailureInfo: { type, retryBehavior } }).retryable;
    const types = ['BAD_REQUEST', 'NOT_FOUND', 'INTERNAL', 'UPSTREAM_TIMEOUT', 'SOMETHING_NEW', ''];
    expect(types.map((type) => retryable(type))).toEqual([false, false, true, true, true, true]);
    expect([retryable('NOT_FOUND', 1), retryable('INTERNAL', 2)]).toEqual([true, false]);
  });
});
