import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inflateInto } from './small-inflate.js';

/** Text with repetitions near and far, as messages have, and noise, as they also have. */
const contents = fc.oneof(
  fc.uint8Array({ maxLength: 2_000 }),
  fc
    .array(fc.constantFrom('temporal', 'workflow', 'x', '', 'default', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaa'), {
      maxLength: 400,
    })
    .map((words) => Buffer.from(words.join(''))),
  fc.nat(60_000).map((length) => Buffer.alloc(length, 'abc')),
);

const options = fc.record({
  level: fc.constantFrom(0, 1, 6, 9),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FIXED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
    constants.Z_FILTERED,
  ),
});

function inflated(input: Uint8Array, sizeBytes: number): Buffer | undefined {
  const output = Buffer.alloc(sizeBytes);
  return inflateInto(input, 0, input.length, output) ? output : undefined;
}

function inflatedByZlib(input: Uint8Array): Buffer | undefined {
  try {
    return inflateRawSync(input);
  } catch {
    return undefined;
  }
}

describe('small pieces of DEFLATE data', () => {
  test('come out as they went in, whatever codes were chosen for them', () => {
    fc.assert(
      fc.property(contents, options, (content, how) => {
        const whole = Buffer.from(content);
        expect(inflated(deflateRawSync(whole, how), whole.length)?.equals(whole)).toBe(true);
      }),
    );
  });

  test('may lie within something larger, in several blocks', () => {
    const first = deflateRawSync('first ', { finishFlush: constants.Z_SYNC_FLUSH });
    const second = deflateRawSync('second', { level: 0 });
    const input = Buffer.concat([Buffer.from('before'), first, second, Buffer.from('after')]);
    const output = Buffer.alloc(12);
    expect(inflateInto(input, 6, input.length - 5, output)).toBe(true);
    expect(output.toString()).toBe('first second');
  });

  test('are refused when cut off, when too long, and when the size is not theirs', () => {
    fc.assert(
      fc.property(contents, options, fc.nat(), (content, how, cut) => {
        const whole = Buffer.from(content);
        const input = deflateRawSync(whole, how);
        expect(inflated(input.subarray(0, cut % input.length), whole.length)).toBeUndefined();
        expect(inflated(Buffer.concat([input, Buffer.of(0)]), whole.length)).toBeUndefined();
        expect(inflated(input, whole.length + 1)).toBeUndefined();
        if (whole.length > 0) expect(inflated(input, whole.length - 1)).toBeUndefined();
      }),
    );
  });

  test('are never read as anything but what zlib reads', () => {
    fc.assert(
      fc.property(contents, options, fc.nat(), fc.integer({ min: 1, max: 255 }), (content, how, at, change) => {
        const input = deflateRawSync(Buffer.from(content), how);
        const where = at % input.length;
        input[where] = (input[where] ?? 0) ^ change;
        const expected = inflatedByZlib(input);
        const seen = inflated(input, expected?.length ?? content.length);
        if (seen !== undefined) expect(expected?.equals(seen)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['nothing', []],
    ['a block type that does not exist', [0b111]],
    ['a stored block whose length is not repeated', [1, 2, 0, 0, 0, 1, 2]],
    ['a distance beyond the beginning', [0x03, 0x02, 0x00]],
  ])('%s is refused', (_, bytes) => {
    expect(inflated(Uint8Array.from(bytes), 4)).toBeUndefined();
  });
});
