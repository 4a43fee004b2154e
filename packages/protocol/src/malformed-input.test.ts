import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WireFormatError, common, failure, google, history, rpc, workflowservice } from '@perdure/protocol';
import type { AnyCodec } from '@perdure/protocol';
import { arbitraryMessage } from './testing/arbitrary-messages.js';
import { reflectedType } from './testing/reflected.js';

const CODECS: readonly AnyCodec[] = [
  common.Payload,
  failure.Failure,
  history.History,
  history.HistoryEvent,
  rpc.Status,
  workflowservice.StartWorkflowExecutionRequest,
  workflowservice.RespondWorkflowTaskCompletedRequest,
];

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

function decodeError(codec: AnyCodec, input: Uint8Array): WireFormatError {
  try {
    codec.decode(input);
  } catch (error) {
    if (error instanceof WireFormatError) return error;
    throw error;
  }
  throw new Error('The bytes were accepted');
}

describe('decoding', () => {
  it('either accepts arbitrary bytes or throws a WireFormatError', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CODECS), fc.uint8Array({ maxLength: 300 }), (codec, input) => {
        try {
          codec.decode(input);
        } catch (error) {
          expect(error).toBeInstanceOf(WireFormatError);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it.each(CODECS.map((codec) => [codec.typeName, codec] as const))('survives damaged %s', (typeName, codec) => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(arbitraryMessage(reflectedType(typeName)), damage, fc.nat(), (message, changes, cut) => {
        const input = codec.encode(message).slice();
        if (input.length === 0) return;
        for (const [position, value] of changes) input[position % input.length] = value;
        try {
          codec.decode(cut % 3 === 0 ? input.subarray(0, cut % input.length) : input);
        } catch (error) {
          expect(error).toBeInstanceOf(WireFormatError);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('names the message, the field path and the offset', () => {
    const request = workflowservice.StartWorkflowExecutionRequest.encode({
      input: { payloads: [{ data: bytes(1, 2) }] },
    });
    const damaged = request.slice();
    damaged[damaged.length - 3] = 99;
    const error = decodeError(workflowservice.StartWorkflowExecutionRequest, damaged);
    expect(error.typeName).toBe('temporal.api.common.v1.Payload');
    expect(error.path).toBe('input.payloads.data');
    expect(error.offset).toBe(damaged.length - 2);
    expect(error.message).toBe(
      'Cannot decode temporal.api.workflowservice.v1.StartWorkflowExecutionRequest, field input.payloads.data: ' +
        `a length of 99 bytes where 2 are left at offset ${damaged.length - 2}`,
    );
  });

  it('refuses a length beyond its message, even where the input goes on', () => {
    // Payloads { payloads: Payload of 2 bytes whose data claims 4 }, followed by more bytes.
    const error = decodeError(common.Payloads, bytes(0x0a, 2, 0x12, 4, 1, 2, 3, 4));
    expect(error.message).toContain('a length of 4 bytes where 0 are left');
  });

  it('refuses a length of four gigabytes without allocating', () => {
    expect(decodeError(common.Payload, bytes(0x12, 0xff, 0xff, 0xff, 0xff, 0x0f)).reason).toContain('4294967295');
  });

  it('refuses a length beyond 32 bits', () => {
    expect(decodeError(common.Payload, bytes(0x12, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01)).reason).toContain(
      '32 bits',
    );
  });

  it.each([
    ['a number that ends within', bytes(0x08, 0x80), 'end within a number'],
    ['a number longer than ten bytes', bytes(0x08, ...new Array<number>(11).fill(0x80)), 'longer than 10 bytes'],
    ['field number 0', bytes(0x00, 0x00), 'field number 0'],
    ['wire type 6', bytes(0x0e), 'unknown wire type 6'],
    ['wire type 7', bytes(0x0f), 'unknown wire type 7'],
    ['an end without a group', bytes(0x9c, 0x3f), 'end of a group'],
    ['a group closed by another', bytes(0x9b, 0x3f, 0xa4, 0x3f), 'closed by the end of another'],
    ['an unclosed group', bytes(0x9b, 0x3f), 'end within a number'],
    ['a cut fixed64', bytes(0x99, 0x3f, 1, 2, 3), 'end within a value'],
  ])('refuses %s', (_, input, reason) => {
    expect(decodeError(google.Duration, input).reason).toContain(reason);
  });

  it('refuses text that is not UTF-8 but takes a genuine replacement character', () => {
    expect(decodeError(common.WorkflowType, bytes(0x0a, 2, 0xc3, 0x28)).reason).toContain('UTF-8');
    expect(decodeError(common.WorkflowType, bytes(0x0a, 3, 0xed, 0xa0, 0x80)).reason).toContain('UTF-8');
    expect(common.WorkflowType.decode(bytes(0x0a, 3, 0xef, 0xbf, 0xbd)).name).toBe('\uFFFD');
  });

  it('refuses messages nested deeper than 100', () => {
    const nested = (depth: number): Uint8Array => {
      let input = new Uint8Array();
      for (let level = 0; level < depth; level++) {
        const length = input.length < 128 ? [input.length] : [(input.length & 127) | 128, input.length >>> 7];
        input = Uint8Array.from([0x22, ...length, ...input]);
      }
      return input;
    };
    expect(failure.Failure.decode(nested(100)).cause).toBeDefined();
    expect(decodeError(failure.Failure, nested(101)).reason).toContain('deeper than 100');
  });

  it('refuses groups nested deeper than 100', () => {
    const input = Uint8Array.from({ length: 400 }, (_, index) => (index % 2 === 0 ? 0x9b : 0x3f));
    expect(decodeError(google.Duration, input).reason).toContain('deeper than 100');
  });

  it('skips unknown fields of every wire type', () => {
    const unknown = [0x98, 0x3f, 0x96, 0x01, 0x99, 0x3f, 1, 2, 3, 4, 5, 6, 7, 8, 0x9a, 0x3f, 2, 9, 9];
    const groups = [0x9b, 0x3f, 0x9b, 0x3f, 0x08, 0x01, 0x9c, 0x3f, 0x9c, 0x3f, 0x9d, 0x3f, 1, 2, 3, 4];
    expect(google.Duration.decode(bytes(...unknown, ...groups, 0x08, 5))).toEqual({ seconds: 5, nanos: 0 });
  });

  it('skips a known field in another wire type', () => {
    expect(google.Duration.decode(bytes(0x0a, 1, 7, 0x10, 3))).toEqual({ seconds: 0, nanos: 3 });
  });
});
