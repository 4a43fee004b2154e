import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { Turn, turnMemory } from './turn.js';

const [isInside, hasComeOut, isInAgain] = [0, 1, 2];

/** Goes in, comes out some time later, and would go in again. */
const thread = `
  import { workerData } from 'node:worker_threads';
  const { Turn } = await import(workerData.module);
  const turn = new Turn(workerData.turn);
  const seen = new Int32Array(workerData.seen);
  const note = (index) => { Atomics.store(seen, index, 1); Atomics.notify(seen, index); };
  turn.begin();
  note(${isInside});
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  note(${hasComeOut});
  turn.end();
  turn.begin();
  note(${isInAgain});
`;

it('who holds a thread waits until it is out of SQLite, and it does not go there again', async () => {
  const seen = new Int32Array(new SharedArrayBuffer(12));
  const memory = turnMemory();
  const module = new URL('../../../../dist/store/sqlite/wire/turn.js', import.meta.url).href;
  const workerData = { turn: memory, seen: seen.buffer, module };
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(thread)}`), { workerData });
  Atomics.wait(seen, isInside, 0, 10_000);
  expect([...seen]).toEqual([1, 0, 0]);
  new Turn(memory).hold(10_000);
  expect([...seen]).toEqual([1, 1, 0]);
  await worker.terminate();
  expect([...seen]).toEqual([1, 1, 0]);
});

it('a thread that is not in SQLite is not waited for', () => {
  new Turn(turnMemory()).hold(Infinity);
});
