import { expect, it } from 'vitest';
import { randomnessSeedOf } from './randomness-seed.js';

// Computed with whole words of 64 bits. That the seeds are those of other SDKs is shown by the recorded histories, which replay.
it.each([
  ['a', 8186225505942432243n],
  ['abcdefg', 2492161047327640297n],
  ['abcdefgh', 6689927370435554326n],
  ['01890a5d-ac96-774b-bcce-b302099a8057', 2498324641629582351n],
  ['ünïcödé', 29286306327066656n],
])('the seed of %j', (runId, seed) => {
  expect(randomnessSeedOf(runId)).toBe(seed);
});
