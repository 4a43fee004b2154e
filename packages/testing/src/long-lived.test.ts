import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@perdure/client';
import { EmbeddedServer } from '@perdure/server';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@perdure/worker';
import { expect, onTestFinished, test } from 'vitest';
import { longLived, nextRound, type RoundActivities, rounds } from './testing/long-lived-workflows.js';
import { objectsAlive } from './testing/objects-alive.js';

Runtime.install({ logger: new DefaultLogger('ERROR') });

const ROUNDS = 40;
/** A few buffers may have grown with all rounds together; whatever each of them left would be `ROUNDS` at least. */
const SLACK = ROUNDS / 2;
const taskQueue = 'long-lived';

/** The server is on a thread of its own, whose objects are not counted. */
async function start(activities: RoundActivities): Promise<{ client: Client; worker: Worker }> {
  const { inProcess, stop } = await serve();
  const connection = await Connection.connect({ inProcess });
  const workerConnection = await NativeConnection.connect({ inProcess });
  onTestFinished(async () => {
    await connection.close();
    await workerConnection.close();
    await stop();
  });
  const workflowsPath = fileURLToPath(new URL('./testing/long-lived-workflows.ts', import.meta.url));
  const worker = await Worker.create({ connection: workerConnection, taskQueue, workflowsPath, activities });
  return { client: new Client({ connection }), worker };
}

async function serve(): Promise<{ inProcess: EmbeddedServer['inProcess']; stop: () => Promise<void> }> {
  const server = await EmbeddedServer.start({ store: { kind: 'memory' } });
  return { inProcess: server.inProcess, stop: () => server.stop() };
}

test('a run that a worker keeps in memory holds nothing of what is over: activities, timers, children, scopes, signals, queries', async () => {
  let roundIsOver = (): void => undefined;
  const { client, worker } = await start({
    echo: (text) => Promise.resolve(text),
    failing: () => Promise.reject(new Error('no')),
    roundIsOver: () => Promise.resolve(roundIsOver()),
  });
  await worker.runUntil(async () => {
    const handle = await client.workflow.start(longLived, { taskQueue, workflowId: 'long-lived' });
    const go = async (from: number): Promise<number> => {
      for (let round = from; round < from + ROUNDS; round += 1) {
        const over = new Promise<void>((resolve) => (roundIsOver = resolve));
        await handle.signal(nextRound, `round ${round}`);
        await over;
        // Answered when the activity that told the round's end is over too, or a moment before.
        expect(await handle.query(rounds)).toBe(round + 1);
      }
      return await objectsAlive();
    };
    await go(0);
    const before = await go(ROUNDS);
    expect((await go(2 * ROUNDS)) - before).toBeLessThan(SLACK);
  });
}, 120_000);

test('what a worker runs until may fail long before the worker has stopped: the process hears of nothing that nobody waits for', async () => {
  const unheard: unknown[] = [];
  const listener = (reason: unknown): void => void unheard.push(reason);
  process.on('unhandledRejection', listener);
  onTestFinished(() => void process.off('unhandledRejection', listener));
  const { worker } = await start({ echo: async (text) => text, failing: () => Promise.reject(new Error('no')), roundIsOver: async () => undefined }); // prettier-ignore
  await expect(worker.runUntil(() => Promise.reject(new Error('not as expected')))).rejects.toThrow('not as expected');
  expect(unheard).toEqual([]);
});
