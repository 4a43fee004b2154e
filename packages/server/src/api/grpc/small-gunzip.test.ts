import { constants, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gunzipSmall } from './small-gunzip.js';

/** Bytes that repeat themselves, as messages do. */
const messages = fc
  .array(fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.constantFrom(Buffer.from('workflow'), Buffer.alloc(300, 7))), {
    maxLength: 60,
  })
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

const options = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  strategy: fc.constantFrom(constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE),
});

describe('gunzipSmall', () => {
  it('inflates what zlib has deflated, in whatever way', () => {
    fc.assert(
      fc.property(messages, options, (message, how) => {
        expect(gunzipSmall(gzipSync(message, how), message.length)).toEqual(message);
      }),
    );
  });

  it('inflates copies of every length, from near and far', () => {
    const parts = [Buffer.from(Uint8Array.from({ length: 33_000 }, (_, at) => (at * at * 31 + (at >> 3)) & 0xff))];
    for (let length = 3; length <= 258; length++)
      parts.push((parts[0] ?? Buffer.of()).subarray(length * 100, length * 101));
    const message = Buffer.concat(parts);
    expect(Buffer.from(gunzipSmall(gzipSync(message, { level: 9 }), message.length) ?? [])).toEqual(message);
  });

  it('leaves a message to zlib that is larger than it may be', () => {
    expect(gunzipSmall(gzipSync(Buffer.alloc(1000)), 999)).toBeUndefined();
  });

  it('leaves whatever is damaged, cut short or unusual to zlib', () => {
    const whole = gzipSync(Buffer.from('a workflow, an activity, a workflow'));
    for (let length = 0; length < whole.length; length++) {
      expect(gunzipSmall(whole.subarray(0, length), 1000)).toBeUndefined();
    }
    expect(gunzipSmall(Buffer.concat([whole, whole]), 1000)).toBeUndefined();
    expect(gunzipSmall(Buffer.concat([whole.subarray(0, -8), Buffer.of(0), whole.subarray(-8)]), 1000)).toBeUndefined();
    fc.assert(
      fc.property(messages, fc.nat(), fc.integer({ min: 1, max: 255 }), (message, place, change) => {
        const damaged = gzipSync(message);
        const at = place % damaged.length;
        damaged[at] = (damaged[at] ?? 0) ^ change;
        const inflated = gunzipSmall(damaged, 100_000);
        // Some bits say nothing of the content.
        if (inflated !== undefined) expect(inflated).toEqual(message);
      }),
    );
  });
});
