import fc from 'fast-check';
import { failure as failureApi } from '@perdure/protocol';
import { describe, expect, it } from 'vitest';
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  TemporalFailure,
  TimeoutFailure,
  rootCause,
} from '../failure/index.js';
import {
  DefaultFailureConverter,
  callUserCode,
  cutoffStackTrace,
  defaultFailureConverter,
  defaultPayloadConverter,
} from './index.js';

/** What the other side reads of an error, through the wire. */
function acrossTheWire(error: unknown, converter = defaultFailureConverter): Error {
  const bytes = failureApi.Failure.encode(converter.errorToFailure(error, defaultPayloadConverter)).slice();
  return converter.failureToError(failureApi.Failure.decode(bytes), defaultPayloadConverter);
}

describe('the default failure converter', () => {
  it('keeps all that an application failure says', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.boolean(),
        fc.array(fc.integer()),
        (message, type, nonRetryable, details) => {
          const read = acrossTheWire(ApplicationFailure.create({ message, type, nonRetryable, details }));
          expect(read).toBeInstanceOf(ApplicationFailure);
          expect(read).toMatchObject({ message, type, nonRetryable, details });
        },
      ),
    );
  });

  it('keeps the chain of causes, each with its class and stack trace', () => {
    const inner = new TimeoutFailure('too slow', { progress: 3 }, 'HEARTBEAT');
    const read = acrossTheWire(new ActivityFailure('failed', 'charge', '5', 'TIMEOUT', 'worker-1', inner));
    expect(read).toMatchObject({
      activityType: 'charge',
      activityId: '5',
      retryState: 'TIMEOUT',
      identity: 'worker-1',
    });
    expect(read.cause).toBeInstanceOf(TimeoutFailure);
    expect(read.cause).toMatchObject({ timeoutType: 'HEARTBEAT', lastHeartbeatDetails: { progress: 3 } });
    expect((read.cause as Error).stack).toBe(cutoffStackTrace(inner.stack));
    expect(rootCause(read)).toBe('too slow');
  });

  it('hides messages and stack traces in a payload where it is asked to', () => {
    const converter = new DefaultFailureConverter({ encodeCommonAttributes: true });
    const error = new CancelledFailure('secret', [1], new Error('also secret'));
    const failure = converter.errorToFailure(error, defaultPayloadConverter);
    expect(failure).toMatchObject({ message: 'Encoded failure', stackTrace: '' });
    expect(failure.cause).toMatchObject({ message: 'Encoded failure', stackTrace: '' });
    const read = acrossTheWire(error, converter);
    expect(read).toMatchObject({ message: 'secret', details: [1] });
    expect(read.cause).toMatchObject({ message: 'also secret' });
  });

  it('passes a failure from elsewhere on as it came', () => {
    const recorded = { message: 'm', source: 'GoSDK', applicationFailureInfo: { type: 'T' } };
    const error = defaultFailureConverter.failureToError(recorded, defaultPayloadConverter);
    expect(defaultFailureConverter.errorToFailure(error, defaultPayloadConverter)).toBe(recorded);
  });

  it('makes a plain failure of a kind that it does not know', () => {
    const error = defaultFailureConverter.failureToError({ message: 'new' }, defaultPayloadConverter);
    expect(error).toBeInstanceOf(TemporalFailure);
    expect(error).toMatchObject({ name: 'TemporalFailure', message: 'new', stack: '' });
  });

  it.each([
    ['text', 'text'],
    [{ a: 1 }, '{"a":1}'],
    [undefined, 'undefined'],
    [-1, '-1'],
  ])('shows a thrown %j and advises to throw errors', (value, message) => {
    const failure = defaultFailureConverter.errorToFailure(value, defaultPayloadConverter);
    expect(failure.message).toBe(`${message} [not an Error: throw Error objects to have a stack trace here]`);
  });

  it('ends stack traces where the framework calls in', () => {
    const error = callUserCode(function order() {
      return new Error('x');
    });
    expect(cutoffStackTrace(error.stack)).toMatch(/^Error: x\n\s+at order \([^\n]*$/);
  });
});
