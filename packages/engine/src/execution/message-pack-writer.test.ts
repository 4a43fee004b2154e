import { decode, encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MessagePackWriter } from './message-pack-writer.js';

const item = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ maxLength: 200 }),
  fc.nat(),
  fc.maxSafeNat(),
  fc.uint8Array({ maxLength: 300 }),
);

function write(writer: MessagePackWriter, value: string | number | Uint8Array): void {
  if (typeof value === 'string') writer.text(value);
  else if (typeof value === 'number') writer.integer(value);
  else writer.binary(value);
}

it('writes what any reader of MessagePack reads, message after message', () => {
  const writer = new MessagePackWriter(encode);
  const property = fc.property(fc.array(item, { maxLength: 40 }), (items) => {
    writer.array(items.length);
    for (const value of items) write(writer, value);
    expect(decode(writer.finish())).toEqual(items);
  });
  fc.assert(property, { numRuns: 500 });
});

it('writes messages larger than its memory, and leaves those before them as they were', () => {
  const writer = new MessagePackWriter(encode);
  const before = writer.array(1).text('before').finish();
  const copy = [...before];
  const large = new Uint8Array(200_000).fill(7);
  const message = writer.array(3).text('é'.repeat(40_000)).binary(large).any([true]).finish();
  expect(decode(message)).toEqual(['é'.repeat(40_000), large, [true]]);
  expect([...before]).toEqual(copy);
  expect(
    decode(
      writer
        .array(1)
        .integer(2 ** 40)
        .finish(),
    ),
  ).toEqual([2 ** 40]);
});

it('writes lone halves of characters as the encoder for everything does', () => {
  const text = 'a\ud800b';
  expect(new MessagePackWriter(encode).text(text).finish()).toEqual(encode(text));
});

it('writes values of any shape as the encoder for everything does, members that are undefined left out', () => {
  // Readers refuse a member `__proto__`; names that users choose are in protobuf messages inside.
  const name = fc.string().filter((text) => text !== '__proto__');
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      item,
      fc.constantFrom<unknown>(null, undefined, true, false, -1, 1.5, 2 ** 53, -0, 15, 16),
      fc.date({ noInvalidDate: true }),
      fc.array(tie('value'), { maxLength: 20 }),
      fc.dictionary(name, tie('value'), { maxKeys: 20, noNullPrototype: true }),
    ),
  }));
  const writer = new MessagePackWriter((rest) => encode(rest, { ignoreUndefined: true }));
  const property = fc.property(value, (written) => {
    expect(decode(writer.value(written).finish())).toEqual(decode(encode(written, { ignoreUndefined: true })));
  });
  fc.assert(property, { numRuns: 1000 });
});

it('leaves a member out that is not wished for', () => {
  const message = new MessagePackWriter(encode).members({ kind: 'a', task: { kind: 'b' }, none: undefined }, 'kind');
  expect(decode(message.finish())).toEqual({ task: { kind: 'b' } });
});

it('writes of an object what is its own, whatever a library has given to all objects', () => {
  const prototype = Object.prototype as { extension?: string };
  prototype.extension = 'of all objects';
  try {
    const bytes = new MessagePackWriter(encode).value({ own: 1, none: undefined }).finish();
    expect(bytes).toEqual(Uint8Array.of(0x81, 0xa3, ...Buffer.from('own'), 1));
  } finally {
    delete prototype.extension;
  }
});
