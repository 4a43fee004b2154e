import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { str } from '../encoding.js';
import {
  TypedSearchAttributes,
  decodeSearchAttributes,
  decodeTypedSearchAttributes,
  defineSearchAttributeKey,
  encodeUnifiedSearchAttributes,
} from './index.js';
import type { SearchAttributePair } from './index.js';

const name = fc.string({ minLength: 1 });
const pair: fc.Arbitrary<SearchAttributePair> = fc.oneof(
  fc.record({ key: name.map((n) => defineSearchAttributeKey(n, 'TEXT')), value: fc.string() }),
  fc.record({ key: name.map((n) => defineSearchAttributeKey(n, 'INT')), value: fc.integer() }),
  fc.record({ key: name.map((n) => defineSearchAttributeKey(n, 'BOOL')), value: fc.boolean() }),
  fc.record({ key: name.map((n) => defineSearchAttributeKey(n, 'KEYWORD_LIST')), value: fc.array(fc.string()) }),
  fc.record({
    key: name.map((n) => defineSearchAttributeKey(n, 'DATETIME')),
    value: fc.date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31') }),
  }),
);
const pairs = fc.uniqueArray(pair, { selector: ({ key }) => key.name });

describe('typed search attributes', () => {
  it('come back from their payloads as they were, whatever their names', () => {
    fc.assert(
      fc.property(pairs, (attributes) => {
        const payloads = encodeUnifiedSearchAttributes(undefined, new TypedSearchAttributes(attributes));
        const decoded = decodeTypedSearchAttributes(payloads);
        for (const { key, value } of attributes) expect(decoded.get(key)).toEqual(value);
        expect(decoded.getAll()).toHaveLength(attributes.length);
      }),
    );
  });

  it('are found by name and type together', () => {
    const attributes = new TypedSearchAttributes([{ key: defineSearchAttributeKey('a', 'INT'), value: 1 }]);
    expect(attributes.get(defineSearchAttributeKey('a', 'INT'))).toBe(1);
    expect(attributes.get(defineSearchAttributeKey('a', 'TEXT'))).toBeUndefined();
    expect(attributes.get(defineSearchAttributeKey('toString', 'TEXT'))).toBeUndefined();
  });

  it('are refused if one name is given twice', () => {
    const key = defineSearchAttributeKey('a', 'INT');
    const twice: SearchAttributePair[] = [
      { key, value: 1 },
      { key, value: 2 },
    ];
    expect(() => new TypedSearchAttributes(twice)).toThrow('Duplicate search attribute key: a');
  });

  it('change in copies only', () => {
    const list = defineSearchAttributeKey('list', 'KEYWORD_LIST');
    const original = new TypedSearchAttributes([{ key: list, value: ['a'] }]);
    const updated = original.updateCopy([{ key: list, value: null }]);
    original.copy().get(list)?.push('b');
    expect(original.get(list)).toEqual(['a']);
    expect(updated.getAll()).toEqual([]);
  });

  it('win over those without types of the same name', () => {
    const key = defineSearchAttributeKey('a', 'INT');
    const payloads = encodeUnifiedSearchAttributes({ a: [1] }, [{ key, value: 2 }]);
    expect(str(payloads.a?.data as Uint8Array)).toBe('2');
  });

  it('that do not fit their type are refused by name of the type', () => {
    const key = defineSearchAttributeKey('a', 'INT');
    expect(() => encodeUnifiedSearchAttributes(undefined, [{ key, value: 1.5 }])).toThrow('1.5 for given type INT');
  });
});

describe('search attributes without types', () => {
  it('come back as lists, dates by the type that the server adds, empty ones not at all', () => {
    const payloads = encodeUnifiedSearchAttributes({ a: ['x'], gone: undefined });
    expect(decodeSearchAttributes(payloads)).toEqual({ a: ['x'] });
    const typed = encodeUnifiedSearchAttributes(undefined, [
      { key: defineSearchAttributeKey('d', 'DATETIME'), value: new Date(5) },
    ]);
    expect(decodeSearchAttributes(typed)).toEqual({ d: [new Date(5)] });
  });

  it.each([['text'], [[1, 'a']], [[null]], [[1n]]])('%s are refused', (value) => {
    expect(() => encodeUnifiedSearchAttributes({ a: value as unknown as string[] })).toThrow(/SearchAttribute/);
  });
});
