import { AsyncLocalStorage } from 'node:async_hooks';
import vm from 'node:vm';
import { expect, test, vi } from 'vitest';
import { callAlone } from './call-alone.js';
import { isWatched, processWatchdog, type Watchdog } from './watchdog.js';

const store = new AsyncLocalStorage<string>();
const context = vm.createContext({ now: Date.now }, { microtaskMode: 'afterEvaluate' });

async function watching(): Promise<Watchdog> {
  const watchdog = processWatchdog() as Watchdog;
  await vi.waitFor(() => expect(isWatched()).toBe(true));
  return watchdog;
}

/** Runs code by itself and watched; tells whether it came to its end. What surrounds it is called with a store, as workflows are. */
function runWatched(watchdog: Watchdog, limitMs: number, code: string): Promise<boolean> {
  return new Promise((resolve) => {
    let hasEnded = false;
    callAlone(() => {
      setImmediate(() => {
        if (!hasEnded) watchdog.recover();
        resolve(hasEnded);
      });
      watchdog.begin(limitMs, 'wf.js');
      store.run('a workflow', () => vm.runInContext(code, context, { filename: 'wf.js' }) as unknown);
      watchdog.end();
      hasEnded = true;
    });
  });
}

test.each([
  ['a loop', 'for (;;);'],
  ['a loop within a finally block', 'try { throw 1 } finally { for (;;); }'],
  ['microtasks without end', '(async () => { for (;;) await null; })()'],
  ['microtasks one of which does not end', '(async () => { await null; for (;;); })()'],
  ['an expression that never ends', '/^(a+)+$/.test("a".repeat(60) + "b")'],
])('%s is stopped, and all else goes on', async (_, code) => {
  const watchdog = await watching();
  const elsewhere = Promise.all([
    new Promise((resolve) => setImmediate(resolve)),
    new Promise((resolve) => process.nextTick(resolve)),
    new Promise((resolve) => setTimeout(resolve, 1)),
    Promise.resolve().then(() => undefined),
  ]);
  expect(await runWatched(watchdog, 50, code)).toBe(false);
  await elsewhere;
  expect(await runWatched(watchdog, 5_000, '1 + 1')).toBe(true);
  expect(isWatched()).toBe(true);
});

test.each([
  ['a loop', 'function spins() { for (;;); }\nspins()', /spins \(wf\.js:1:.*wf\.js:2:/s],
  ['an await that comes back at once', 'async function spins() {\n for (;;) await null; }\nspins()', /spins \(wf\.js:/],
  [
    'an await of what is done',
    'const done = Promise.resolve();\nasync function spins() { for (;;) await done; }\nspins()',
    /spins \(wf\.js:2:/,
  ],
  ['functions that follow each other', 'function next() { Promise.resolve().then(next); }\nnext()', /next \(wf\.js:1:/],
  [
    'an expression',
    'function tests() {\n return /^(a+)+$/.test("a".repeat(60) + "b"); }\ntests()',
    /tests \(wf\.js:2:.*wf\.js:3:/s,
  ],
])('%s without end is found where it is', async (_, code, place) => {
  const watchdog = await watching();
  expect(await runWatched(watchdog, 50, code)).toBe(false);
  expect(watchdog.takeStack()).toMatch(place);
  expect(watchdog.takeStack()).toBeUndefined();
});

test('what ends just in time is not stopped, and neither is anything after it', async () => {
  const watchdog = await watching();
  const outcomes: boolean[] = [];
  for (let index = 0; index < 60; index += 1) {
    // With a limit of 10 ms, watched every 5 ms, some of these are stopped and others are not.
    const code = `{ const until = now() + ${20 + (index % 20)}; while (now() < until); }`;
    outcomes.push(await runWatched(watchdog, 10, code));
    // Stopped in the wrong place, this would not come to its end.
    for (let sum = 0; sum < 10_000; sum += 1);
  }
  expect(outcomes).toHaveLength(60);
  expect(isWatched()).toBe(true);
});

test('one thing after the other may take all of the time', async () => {
  const watchdog = await watching();
  const ended = await new Promise<boolean>((resolve) => {
    let isOver = false;
    setTimeout(() => resolve(isOver), 1_000);
    callAlone(() => {
      watchdog.begin(200, 'nowhere');
      for (let part = 0; part < 4; part += 1) {
        const until = Date.now() + 100;
        while (Date.now() < until);
        watchdog.next();
      }
      watchdog.end();
      isOver = true;
    });
  });
  expect(ended).toBe(true);
});

test('calls come one by one, in order, and after what is under way', async () => {
  const calls: number[] = [];
  const called = new Promise<void>((resolve) => {
    for (const number of [1, 2, 3]) callAlone(() => void calls.push(number));
    callAlone(resolve);
  });
  expect(calls).toEqual([]);
  await called;
  expect(calls).toEqual([1, 2, 3]);
});
