import { expect, test } from 'vitest';
import { CancelListeners } from './cancel-listeners.js';

function stage() {
  const listeners = new CancelListeners();
  const heard: string[] = [];
  const named = (name: string) => (reason: unknown) => void heard.push(`${name}: ${String(reason)}`);
  return { listeners, heard, named, reject: (reason: unknown) => listeners.reject(reason) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('listeners hear in the order in which they came, with those who wait for the promise between them', async () => {
  const { listeners, heard, named, reject } = stage();
  listeners.add(named('first'));
  listeners.add(named('second'));
  listeners.share().catch(named('outside'));
  listeners.add(named('third'));
  reject('why');
  await settled();
  expect(heard).toEqual(['first: why', 'second: why', 'outside: why', 'third: why']);
});

test('those taken back hear nothing, whether they came before or after the promise was known', async () => {
  const { listeners, heard, named, reject } = stage();
  const [early, late] = [named('early'), named('late')];
  listeners.add(early);
  listeners.add(named('stays'));
  void listeners.share().catch(() => undefined);
  listeners.add(late);
  listeners.delete(early);
  listeners.delete(late);
  reject('why');
  await settled();
  expect(heard).toEqual(['stays: why']);
});
