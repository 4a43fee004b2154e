import { expect, test } from 'vitest';
import { UnderWay } from './index.js';

test('who waits until nothing is under way waits for what begins meanwhile too', async () => {
  const underWay = new UnderWay();
  await underWay.drained();
  underWay.begin();
  let isDrained = false;
  const drained = underWay.drained().then(() => (isDrained = true));
  underWay.begin();
  underWay.end();
  await Promise.resolve();
  expect([underWay.count, isDrained]).toEqual([1, false]);
  underWay.end();
  await drained;
  expect(underWay.count).toBe(0);
});
