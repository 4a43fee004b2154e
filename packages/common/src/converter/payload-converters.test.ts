import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { str, u8 } from '../encoding.js';
import type { Payload } from '../payload.js';
import type { TypeInfo } from '../type-info.js';
import {
  CompositePayloadConverter,
  JsonPayloadConverter,
  RawValue,
  arrayFromPayloads,
  defaultPayloadConverter,
  fromPayloadWithTypeInfo,
  fromPayloadsAtIndex,
  mapToPayloads,
  rawValueTypeInfo,
  toPayloadWithTypeInfo,
  toPayloads,
  toPayloadsWithContext,
} from './index.js';
import type { PayloadConverterWithEncoding } from './index.js';

const converter = defaultPayloadConverter;

describe('the default payload converter', () => {
  it('gives back every JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json: unknown = JSON.parse(JSON.stringify(value));
        expect(converter.fromPayload(converter.toPayload(value))).toEqual(json);
      }),
    );
  });

  it('gives back bytes and undefined', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(converter.fromPayload(converter.toPayload(bytes))).toEqual(bytes);
      }),
    );
    expect(converter.fromPayload(converter.toPayload(undefined))).toBeUndefined();
  });

  it.each([
    ['bigint', 1n],
    ['function', () => 1],
    ['symbol', Symbol('s')],
    ['object without prototype that contains itself', selfContaining()],
  ])('refuses a %s instead of sending something else', (_name, value) => {
    expect(() => converter.toPayload(value)).toThrow(/Unable to convert .* to payload/);
  });

  it.each<[string, unknown, string]>([
    ['a bigint', 1n, 'The value itself is a BigInt, which JSON does not have.'],
    ['a function', () => 1, 'JSON has no function.'],
    ['a bigint within', { a: [{ x: 1 }, { b: 2n }] }, '.a[1].b is a BigInt, which JSON does not have.'],
    ['a bigint under a name that is none of JavaScript', { 'total price': 2n }, '["total price"] is a BigInt'],
    ['a value that contains itself', selfContaining(), ' refers back to the value itself, without end.'],
    [
      'a circle further down',
      { order: { items: [selfContaining()] } },
      ' refers back to .order.items[0], without end.',
    ],
    ['a value that comes twice, and a bigint', { first: {}, again: [2n] }, '.again[0] is a BigInt'],
    ['what toJSON makes of it', { at: { toJSON: () => ({ ms: 1n }) } }, '.at.ms is a BigInt'],
    [
      'a toJSON that throws',
      {
        at: {
          toJSON: () => {
            throw new TypeError('no');
          },
        },
      },
      'The toJSON of .at threw: TypeError: no.',
    ],
    [
      'a getter that throws',
      {
        get price() {
          throw new Error('sold out');
        },
      },
      'Reading .price threw: Error: sold out.',
    ],
  ])('says where %s is', (_name, value, message) => {
    expect(() => converter.toPayload(value)).toThrow(message);
  });

  it('finds no fault with a value that comes twice', () => {
    const shared = { n: 1 };
    expect(converter.fromPayload(converter.toPayload({ a: shared, b: [shared] }))).toEqual({
      a: { n: 1 },
      b: [{ n: 1 }],
    });
  });

  it('says whose argument it is, and which', () => {
    expect(() => toPayloadsWithContext(converter, undefined, [1, { b: 2n }], undefined, 'activity "charge"')).toThrow(
      /^Argument 2 of activity "charge": Unable to convert \[object Object\] to payload: .*\.b is a BigInt/,
    );
    expect(() => mapToPayloads(converter, { fine: 1, big: 2n }, undefined, 'Memo field')).toThrow(
      /^Memo field "big": /,
    );
  });

  it('says which encoding it does not know', () => {
    expect(() => converter.fromPayload({ metadata: { encoding: u8('binary/encrypted') } })).toThrow(
      'Unknown encoding: binary/encrypted',
    );
  });
});

describe('a composite payload converter', () => {
  const upper: PayloadConverterWithEncoding = {
    encodingType: 'text/upper',
    toPayload: (value) =>
      typeof value === 'string'
        ? { metadata: { encoding: u8('text/upper') }, data: u8(value.toUpperCase()) }
        : undefined,
    fromPayload: <T>(payload: Payload) => str(payload.data ?? new Uint8Array()).toLowerCase() as T,
    validateConverterHint: (hint) => hint.converter === 'upper',
  };
  const composite = new CompositePayloadConverter(upper, new JsonPayloadConverter());

  it('asks its converters in order, and the one of the encoding on the way back', () => {
    expect(str(composite.toPayload('text').data as Uint8Array)).toBe('TEXT');
    expect(composite.fromPayload(composite.toPayload('text'))).toBe('text');
    expect(composite.fromPayload(composite.toPayload(1))).toBe(1);
  });

  it('asks only those that understand a hint', () => {
    expect(composite.toPayload('a', undefined, { converter: 'upper' }).data).toEqual(u8('A'));
    expect(() => composite.toPayload(1, undefined, { converter: 'other' })).toThrow("converter hint 'other'");
    const json = composite.toPayload(1);
    expect(() => composite.fromPayload(json, undefined, { converter: 'upper' })).toThrow("encoding 'json/plain'");
  });

  it('must have a converter', () => {
    expect(() => new CompositePayloadConverter()).toThrow('at least one');
  });
});

describe('lists of payloads', () => {
  it('are undefined for no values, and no values for undefined', () => {
    expect(toPayloads(converter)).toBeUndefined();
    expect(arrayFromPayloads(converter, undefined)).toEqual([]);
    expect(fromPayloadsAtIndex(converter, 2, toPayloads(converter, 1))).toBeUndefined();
  });

  it('give back what they were made of', () => {
    expect(arrayFromPayloads(converter, toPayloads(converter, 1, undefined, 'x'))).toEqual([1, undefined, 'x']);
  });
});

describe('type information', () => {
  const dates: TypeInfo<Date, number> = {
    transferTypeConverter: { toTransferType: (date) => date.getTime(), fromTransferType: (ms) => new Date(ms) },
  };

  it('converts before and after the payload converter', () => {
    const payload = toPayloadWithTypeInfo(converter, new Date(5), undefined, dates);
    expect(str(payload.data as Uint8Array)).toBe('5');
    expect(fromPayloadWithTypeInfo(converter, payload, undefined, dates)).toEqual(new Date(5));
  });

  it('keeps raw values raw', () => {
    const raw = new RawValue({ a: 1 });
    const payload = toPayloadWithTypeInfo(converter, raw, undefined, rawValueTypeInfo);
    expect(payload).toBe(raw.payload);
    expect(fromPayloadWithTypeInfo(converter, payload, undefined, rawValueTypeInfo).payload).toBe(payload);
    expect(converter.toPayload(raw)).toBe(raw.payload);
  });
});

function selfContaining(): object {
  const object = Object.create(null) as Record<string, unknown>;
  object.self = object;
  return object;
}
