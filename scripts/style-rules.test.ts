import { describe, expect, it } from 'vitest';
import { checkStyle } from './style-rules.mjs';

const HEADER = '/**\n * Owns orders. Must not know the network.\n */\n';

describe('the style rules', () => {
  it('accept an ordinary file', () => {
    expect(checkStyle('packages/server/src/orders.ts', 'export const one = 1;\n')).toEqual([]);
  });

  it('refuse source files beyond 400 lines, but not tests', () => {
    const long = 'line();\n'.repeat(401);
    expect(checkStyle('packages/server/src/orders.ts', 'line();\n'.repeat(400))).toEqual([]);
    expect(checkStyle('packages/server/src/orders.ts', long)).toEqual([expect.stringContaining('401 lines')]);
    expect(checkStyle('packages/server/src/orders.test.ts', long)).toEqual([]);
  });

  it.each(['TO' + 'DO', 'FIX' + 'ME', 'HA' + 'CK'])('refuse the word %s', (word) => {
    expect(checkStyle('docs/guide.md', `Later: ${word} this`)).toEqual([expect.stringContaining(word)]);
    expect(checkStyle('docs/guide.md', `${word}S`)).toEqual([]);
  });

  it('refuse paths of one machine', () => {
    expect(checkStyle('docs/guide.md', ['see ', 'home', 'me', 'notes'].join('/'))).toHaveLength(1);
    expect(checkStyle('docs/guide.md', 'https://example.com/home/me and src/work/index.ts')).toEqual([]);
  });

  it('want a header on the index of a folder', () => {
    expect(checkStyle('packages/server/src/api/index.ts', 'export {};\n')).toHaveLength(1);
    expect(checkStyle('packages/server/src/api/index.ts', `${HEADER}export {};\n`)).toEqual([]);
    expect(checkStyle('packages/server/src/index.ts', 'export {};\n')).toHaveLength(1);
  });

  it('refuse tests that are switched off', () => {
    const text = ['it', "skip('works', () => {});\n"].join('.');
    expect(checkStyle('packages/server/src/orders.test.ts', text)).toHaveLength(1);
  });
});
