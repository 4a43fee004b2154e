import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RequestIds } from './request-ids.js';

test('holds what was added, in the order of adding, and leaves older sets alone', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 3 })), (ids) => {
      let set = RequestIds.EMPTY;
      const versions = [set];
      for (const id of ids) versions.push((set = set.with(id)));
      for (const [count, version] of versions.entries())
        expect([...version]).toEqual([...new Set(ids.slice(0, count))]);
      for (const id of ids) expect(set.has(id)).toBe(true);
      expect(set.has('absent')).toBe(false);
      expect([...RequestIds.of([...set])]).toEqual([...set]);
    }),
  );
});
