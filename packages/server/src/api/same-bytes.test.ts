import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasBytesAt } from './same-bytes.js';

test('bytes are found where they are, and nowhere else', () => {
  const bytes = fc.uint8Array({ maxLength: 12, max: 2 });
  fc.assert(
    fc.property(bytes, fc.nat(14), bytes, (all, start, expected) => {
      const there = Buffer.from(all).subarray(start, start + expected.length);
      expect(hasBytesAt(all, start, expected)).toBe(start <= all.length && there.equals(expected));
    }),
  );
  fc.assert(
    fc.property(bytes, bytes, bytes, (before, expected, after) => {
      expect(hasBytesAt(Buffer.concat([before, expected, after]), before.length, expected)).toBe(true);
    }),
  );
});
