import { expect, it } from 'vitest';
import { newRunId } from './ids.js';

it('a run id is a UUID of version 7 with the time in front', () => {
  const id = newRunId(0x0123_4567_89ab);
  expect(id).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(newRunId(Date.UTC(2026, 0, 1)).slice(0, 13)).toBe('019b76da-a800');
});

it('run ids differ, and later ones sort behind earlier ones', () => {
  const ids = Array.from({ length: 5000 }, (_, index) => newRunId(1_700_000_000_000 + Math.floor(index / 10)));
  expect(new Set(ids).size).toBe(5000);
  expect([...ids.filter((_, index) => index % 10 === 0)].sort()).toEqual(ids.filter((_, index) => index % 10 === 0));
});
