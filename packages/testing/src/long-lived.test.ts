import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@perdure/client';
import { EmbeddedServer } from '@perdure/server';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@perdure/worker';
import { expect, onTestFinished, test } from 'vitest';
import { longLived, nextRound, type RoundActivities, rounds } from './testing/long-lived-workflows.js';
import { objectsAlive } from './testing/objects-alive.js';

Runtime.install({ logger: new DefaultLogger('ERROR') });

const WARM_UP = 40;
const ROUNDS = 100;
/**
 * Whatever each round left would be `ROUNDS` at least, each time. What is under way when the objects are counted (one call of the worker
 * more or less, a timer that many share) is up to fifty from one count to another, however many rounds there were, and not twice in a row.
 */
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
    let round = 0;
    const go = async (count: number): Promise<number> => {
      for (const end = round + count; round < end; round += 1) {
        const over = new Promise<void>((resolve) => (roundIsOver = resolve));
        await handle.signal(nextRound, `round ${round}`);
        await over;
        // Answered when the activity that told the round's end is over too, or a moment before.
        expect(await handle.query(rounds)).toBe(round + 1);
      }
      return await objectsAlive();
    };
    const [first, second, third] = [await go(WARM_UP), await go(ROUNDS), await go(ROUNDS)];
    expect(Math.min(second - first, third - second)).toBeLessThan(SLACK);
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
