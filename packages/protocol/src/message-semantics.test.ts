import { describe, expect, it } from 'vitest';
import {
  EncodedMessage,
  Writer,
  common,
  enumName,
  enums,
  errordetails,
  failure,
  google,
  history,
  isTypeUrlOf,
  packAny,
  sdk,
  services,
  unpackAny,
  workflowservice,
} from '@perdure/protocol';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('encoding', () => {
  it('copies an encoded message verbatim wherever a message may stand', () => {
    const event = history.HistoryEvent.encode({ eventId: 7, timerFiredEventAttributes: { timerId: 'one' } });
    const chunk = history.History.encode({ events: [new EncodedMessage(event)] });
    const response = workflowservice.GetWorkflowExecutionHistoryResponse.encode({
      history: new EncodedMessage([chunk, chunk]),
    });
    const decoded = workflowservice.GetWorkflowExecutionHistoryResponse.decode(response);
    expect(decoded.history?.events.map(({ eventId }) => eventId)).toEqual([7, 7]);
    expect(workflowservice.GetWorkflowExecutionHistoryResponse.encode(new EncodedMessage(response))).toEqual(response);
  });

  it.each([0, 1, 126, 127, 128, 129, 16_383, 16_384, 2_097_151, 2_097_152])('frames %i bytes of content', (length) => {
    const message = { payloads: [{ data: new Uint8Array(length).fill(7) }, { data: bytes(1) }] };
    const decoded = common.Payloads.decode(common.Payloads.encode(message));
    expect(decoded.payloads.map(({ data }) => data.length)).toEqual([length, 1]);
  });

  it.each([0, 23, 24, 25, 42, 43, 127, 128, 5_461, 5_462, 16_384])('frames text of %i characters', (length) => {
    for (const character of ['x', 'ü', '語', '😀']) {
      const name = character.repeat(length);
      expect(common.WorkflowType.decode(common.WorkflowType.encode({ name })).name).toBe(name);
    }
  });

  it('leaves earlier messages untouched by later ones', () => {
    const encoded = Array.from({ length: 500 }, (_, index) =>
      common.WorkflowType.encode({ name: `type-${index}`.repeat(20) }),
    );
    encoded.forEach((each, index) => {
      expect(common.WorkflowType.decode(each).name).toBe(`type-${index}`.repeat(20));
    });
  });

  it('recovers after an encoder has thrown half way', () => {
    const broken = { name: 5 } as unknown as common.IWorkflowType;
    expect(() =>
      workflowservice.StartWorkflowExecutionRequest.encode({ namespace: 'x', workflowType: broken }),
    ).toThrow('Cannot encode 5 as text');
    expect(common.WorkflowType.encode({ name: 'a' })).toEqual(bytes(0x0a, 1, 0x61));
  });

  it('refuses numbers that a field cannot hold', () => {
    expect(() => google.Duration.encode({ seconds: 1.5 })).toThrow(RangeError);
    expect(() => google.Duration.encode({ seconds: Infinity })).toThrow(RangeError);
    expect(() => google.Duration.encode({ nanos: 2 ** 31 })).toThrow(RangeError);
    expect(() => google.Duration.encode({ nanos: 0.5 })).toThrow('Cannot encode 0.5 as a signed 32-bit number');
  });

  it('refuses a message that contains itself', () => {
    const circle: failure.IFailure = { message: 'again' };
    circle.cause = circle;
    expect(() => failure.Failure.encode(circle)).toThrow('nested deeper than 100');
    expect(failure.Failure.decode(failure.Failure.encode({ message: 'fine' })).message).toBe('fine');
  });

  it('appends to a writer, which hands out one message after another', () => {
    const writer = new Writer();
    common.WorkflowType.encodeTo({ name: 'a' }, writer);
    expect(writer.length).toBe(3);
    const first = writer.finish();
    common.WorkflowType.encodeTo({ name: 'b' }, writer);
    expect([first, writer.finish()]).toEqual([bytes(0x0a, 1, 0x61), bytes(0x0a, 1, 0x62)]);
  });

  it.each([0, 1, -1, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53 - 1, -(2 ** 53 - 1), 2 ** 62, -(2 ** 63)])(
    'keeps the 64-bit integer %d',
    (seconds) => {
      expect(google.Duration.decode(google.Duration.encode({ seconds })).seconds).toBe(seconds);
    },
  );

  it('takes the halves of a 64-bit integer', () => {
    const halves = { low: -1, high: 1 } as unknown as number;
    expect(google.Duration.decode(google.Duration.encode({ seconds: halves })).seconds).toBe(2 ** 33 - 1);
  });
});

describe('decoding', () => {
  it('gives defaults for what is absent', () => {
    expect(common.Payload.decode(bytes())).toEqual({ metadata: {}, data: bytes(), externalPayloads: [] });
    expect(history.HistoryEvent.decode(bytes()).eventTime).toBeUndefined();
    expect(common.RetryPolicy.decode(bytes()).maximumInterval).toBeUndefined();
  });

  it('gives views of the input for bytes', () => {
    const input = common.Payload.encode({ data: bytes(1, 2, 3) }).slice();
    const { data } = common.Payload.decode(input);
    expect(data.buffer).toBe(input.buffer);
    expect(data.constructor).toBe(Uint8Array);
  });

  it('keeps a map key that names the prototype as an ordinary entry', () => {
    const entry = new Writer();
    for (const key of ['__proto__', 'constructor']) {
      const mark = entry.fork(0x0a, undefined);
      entry.string(0x0a, key);
      entry.join(mark);
    }
    const { fields } = common.Memo.decode(entry.finish());
    expect(Object.keys(fields)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
  });

  it('merges a message field that comes twice', () => {
    const first = history.HistoryEvent.encode({ eventTime: { seconds: 5 } }).slice();
    const second = history.HistoryEvent.encode({ eventTime: { nanos: 7 } }).slice();
    expect(history.HistoryEvent.decode(bytes(...first, ...second)).eventTime).toEqual({ seconds: 5, nanos: 7 });
  });

  it('keeps the last member of a oneof', () => {
    const first = history.HistoryEvent.encode({ timerFiredEventAttributes: { timerId: 'a' } }).slice();
    const second = history.HistoryEvent.encode({ timerCanceledEventAttributes: { timerId: 'b' } }).slice();
    const event = history.HistoryEvent.decode(bytes(...first, ...second));
    expect(event.timerFiredEventAttributes).toBeUndefined();
    expect(event.timerCanceledEventAttributes?.timerId).toBe('b');
  });

  it('reads repeated numbers packed and unpacked', () => {
    expect(sdk.WorkflowTaskCompletedMetadata.decode(bytes(0x0a, 2, 1, 2, 0x08, 3)).coreUsedFlags).toEqual([1, 2, 3]);
  });
});

describe('enums', () => {
  it('are numbers by name, and names by number', () => {
    expect(enums.EventType.EVENT_TYPE_TIMER_FIRED).toBe(18);
    expect(enumName(enums.EventType, 18)).toBe('EVENT_TYPE_TIMER_FIRED');
    expect(enumName(enums.EventType, 9_999)).toBeUndefined();
  });
});

describe('Any', () => {
  it('packs and unpacks by type', () => {
    const any = packAny(errordetails.NamespaceNotFoundFailure, { namespace: 'orders' });
    expect(any.typeUrl).toBe('type.googleapis.com/temporal.api.errordetails.v1.NamespaceNotFoundFailure');
    expect(unpackAny(errordetails.NamespaceNotFoundFailure, any)).toEqual({ namespace: 'orders' });
    expect(unpackAny(errordetails.NotFoundFailure, any)).toBeUndefined();
    expect(unpackAny(errordetails.NotFoundFailure, undefined)).toBeUndefined();
    expect(isTypeUrlOf(common.Payload, 'other.example/temporal.api.common.v1.Payload')).toBe(true);
  });
});

describe('service descriptions', () => {
  it('give path, codecs and streaming of each method', () => {
    const { StartWorkflowExecution } = services.WorkflowService.methods;
    expect(StartWorkflowExecution.path).toBe('/temporal.api.workflowservice.v1.WorkflowService/StartWorkflowExecution');
    expect(StartWorkflowExecution.requestType).toBe(workflowservice.StartWorkflowExecutionRequest);
    expect(services.Health.methods.Watch.responseStream).toBe(true);
    expect(services.Health.name).toBe('grpc.health.v1.Health');
    expect(Object.keys(services.OperatorService.methods)).toContain('AddSearchAttributes');
  });
});
