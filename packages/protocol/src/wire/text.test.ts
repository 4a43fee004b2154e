import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type * as text from './text.js';

/** The module chooses its functions when it is loaded, by what the platform offers. */
async function loadText(platform: 'node' | 'browser'): Promise<typeof text> {
  vi.resetModules();
  if (platform === 'browser') vi.stubGlobal('Buffer', undefined);
  try {
    return await import('./text.js');
  } finally {
    vi.unstubAllGlobals();
  }
}

afterEach(() => {
  vi.resetModules();
});

describe.each(['node', 'browser'] as const)('text in %s', (platform) => {
  it('comes back as it was', async () => {
    const { allocate, readUtf8, writeUtf8 } = await loadText(platform);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat({ max: 50 }), (text, offset) => {
        const bytes = allocate(offset + text.length * 3);
        const end = offset + writeUtf8(bytes, text, offset);
        expect(readUtf8(bytes, offset, end)).toBe(text);
        expect([...bytes.subarray(offset, end)]).toEqual([...Buffer.from(text)]);
      }),
    );
  });

  it('that is not UTF-8 is noticed', async () => {
    const { readUtf8 } = await loadText(platform);
    expect(readUtf8(Uint8Array.from([0x61, 0xff]), 0, 2)).toBeUndefined();
    expect(readUtf8(Uint8Array.from([0x61, 0xff]), 0, 1)).toBe('a');
    expect(readUtf8(Uint8Array.from([0xef, 0xbb, 0xbf]), 0, 3)).toBe('\uFEFF');
  });

  it('writes lone surrogates as replacement characters', async () => {
    const { allocate, readUtf8, writeUtf8 } = await loadText(platform);
    const bytes = allocate(9);
    expect(readUtf8(bytes, 0, writeUtf8(bytes, 'a\uD800', 0))).toBe('a\uFFFD');
  });
});
