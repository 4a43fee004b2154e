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

it('a thread that waits for a message goes on when one is posted, at once if it was before', async () => {
  const memory = turnMemory();
  const module = new URL('../../../../dist/store/sqlite/wire/turn.js', import.meta.url).href;
  const waiting = `
    import { parentPort, workerData } from 'node:worker_threads';
    const { Turn } = await import(workerData.module);
    const turn = new Turn(workerData.turn);
    parentPort.postMessage('about to wait');
    parentPort.postMessage(turn.awaitPosted(0, 60_000));
    parentPort.postMessage([turn.awaitPosted(0, 60_000), turn.awaitPosted(turn.postedCount, 1)]);
  `;
  const url = new URL(`data:text/javascript,${encodeURIComponent(waiting)}`);
  const worker = new Worker(url, { workerData: { turn: memory, module } });
  const said: unknown[] = [];
  worker.on('message', (message) => {
    said.push(message);
    if (said.length === 1) new Turn(memory).posted();
  });
  await new Promise((resolve) => worker.on('exit', resolve));
  expect(said).toEqual(['about to wait', true, [true, false]]);
});

it('a thread that waits for a message can be ended', async () => {
  const module = new URL('../../../../dist/store/sqlite/wire/turn.js', import.meta.url).href;
  const waiting = `
    import { parentPort, workerData } from 'node:worker_threads';
    const { Turn } = await import(workerData.module);
    parentPort.postMessage('about to wait');
    new Turn(workerData.turn).awaitPosted(0, 60_000);
  `;
  const url = new URL(`data:text/javascript,${encodeURIComponent(waiting)}`);
  const worker = new Worker(url, { workerData: { turn: turnMemory(), module } });
  await new Promise((resolve) => worker.once('message', resolve));
  expect(await worker.terminate()).toBe(1);
});
