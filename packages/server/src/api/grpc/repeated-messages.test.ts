import { gzipSync } from 'node:zlib';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { RepeatedMessages } from './repeated-messages.js';

/** Stands for inflating: says which message it was. */
function inflated(compressed: Uint8Array): Buffer {
  return Buffer.from(`inflated ${Buffer.from(compressed).toString('hex')}`);
}

/** As a call uses it. */
function read(messages: RepeatedMessages, compressed: Uint8Array): Uint8Array {
  const known = messages.find(compressed);
  if (known !== undefined) return known;
  const fresh = inflated(compressed);
  messages.note(compressed, fresh);
  return fresh;
}

test('a message is known once it has come twice', () => {
  const messages = new RepeatedMessages();
  const poll = Buffer.from('the same poll');
  const first = read(messages, poll);
  const second = read(messages, poll);
  expect(second).not.toBe(first);
  expect(read(messages, poll)).toBe(second);
  expect(read(messages, Buffer.from(poll))).toBe(second);
});

test('a message that is known is kept apart from the buffer it came in', () => {
  const messages = new RepeatedMessages();
  const buffer = Buffer.from('the same poll');
  const copy = Buffer.from(buffer);
  read(messages, buffer);
  read(messages, buffer);
  buffer.fill(0);
  expect(messages.find(copy)).toEqual(inflated(copy));
  expect(messages.find(buffer)).toBeUndefined();
});

test('messages that never come again are not kept, and do not push out those that do', () => {
  const messages = new RepeatedMessages();
  const poll = gzipSync('the same poll');
  for (let index = 0; index < 2; index++) read(messages, poll);
  for (let index = 0; index < 1000; index++) read(messages, gzipSync(`number ${index}`));
  expect(messages.find(poll)).toEqual(inflated(poll));
  expect(messages.find(gzipSync('number 999'))).toBeUndefined();
});

test('large messages are not kept', () => {
  const messages = new RepeatedMessages();
  const large = Buffer.alloc(5_000, 1);
  for (let index = 0; index < 3; index++) messages.note(large, Buffer.of(1));
  expect(messages.find(large)).toBeUndefined();
  for (let index = 0; index < 3; index++) messages.note(Buffer.of(1), large);
  expect(messages.find(Buffer.of(1))).toBeUndefined();
});

test('whatever comes, in whatever order, is taken for itself', () => {
  // Ends that agree where a checksum would be, and messages shorter than one.
  const tail = Buffer.alloc(8, 7);
  const message = fc
    .tuple(fc.uint8Array({ maxLength: 2, max: 2 }), fc.boolean())
    .map(([bytes, hasTail]) => Buffer.concat([bytes, hasTail ? tail : Buffer.of()]));
  fc.assert(
    fc.property(fc.array(message, { maxLength: 60 }), (sequence) => {
      const messages = new RepeatedMessages();
      for (const compressed of sequence) expect(read(messages, compressed)).toEqual(inflated(compressed));
    }),
  );
});
