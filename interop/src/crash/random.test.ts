import { expect, test } from 'vitest';
import { randomFrom } from './random.js';

test('a seed gives the same numbers again, and another seed others', () => {
  const draw = (seed: number): number[] => {
    const random = randomFrom(seed);
    return Array.from({ length: 20 }, () => random.between(1, 6));
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  expect(new Set(draw(3).concat(draw(4), draw(5)))).toEqual(new Set([1, 2, 3, 4, 5, 6]));
});
