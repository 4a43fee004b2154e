/**
 * `npm start`: sets up, builds, starts the server on a SQLite file and a worker with the food order, sees one order
 * through, and stays up for exploring. Flags: `--once` ends after the delivered order; `--port N` (7233); `--address
 * HOST:PORT` uses a server that already runs instead of starting one.
 */
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { startChild } from './child-process.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { readFlags } from './flags.mjs';
import { ROOT, runNode } from './run-step.mjs';

const USAGE = 'usage: npm start -- [--once] [--port N] [--address HOST:PORT]';
const flags = readFlags(
  {
    once: { type: 'boolean', default: false },
    port: { type: 'string', default: '7233' },
    address: { type: 'string' },
  },
  USAGE,
);
if (!/^\d{1,5}$/.test(flags.port) || Number(flags.port) > 65_535) {
  console.error(`start: --port takes a number up to 65535, not "${flags.port}"\n${USAGE}`);
  process.exit(2);
}
const address = flags.address ?? `127.0.0.1:${flags.port}`;
const databaseFile = join('.perdure', 'perdure.sqlite');

/** Running children, in the order in which they are stopped: who depends on another goes first. */
const children = [];
let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    if (!stopping && children.length === 0)
      console.log('start: stopped before it was ready; npm start goes on from here');
    void stop(0);
  });

try {
  if (!flags.address) await requireFreePort(Number(flags.port));
  ensureDependencies(ROOT);
  if ((await runNode(['scripts/build.mjs'])) !== 0) throw new Error('the build failed; its reason stands above');
  await run();
} catch (error) {
  if (!stopping) {
    console.error(`start: ${error.message}`);
    await stop(1);
  }
}

async function run() {
  if (!flags.address) {
    mkdirSync(join(ROOT, '.perdure'), { recursive: true });
    const server = [
      'packages/server/dist/main/run.js',
      '--port',
      flags.port,
      '--db-filename',
      databaseFile,
      '--log-format',
      'pretty',
    ];
    await start('server', server, 'Server ready');
  }
  await start('worker', ['samples/food-delivery/dist/worker.js', address], 'Worker ready');
  const { historyTable, placeOrder } = await import('../samples/food-delivery/dist/index.js');
  const order = await placeOrder(address, (step) => console.log(`start: ${step}`));
  console.log(`\nEvent history of ${order.workflowId}\n${historyTable(order.events)}`);
  console.log(`\ngetStatus: ${JSON.stringify(order.status)}\n`);
  if (flags.once) return await stop(0);
  console.log(whatToExplore());
}

async function start(name, args, readyLine) {
  const child = await startChild(name, args, readyLine);
  children.unshift(child);
  child.exited.then((status) => {
    if (stopping) return;
    console.error(`start: the ${name} ended by itself (${status}); stopping the rest`);
    void stop(1);
  });
}

async function stop(status) {
  if (stopping) return;
  stopping = true;
  for (const child of children) await child.stop();
  process.exit(status);
}

/** Fails with one line if somebody listens on the port already. */
async function requireFreePort(port) {
  const probe = createServer();
  await new Promise((resolve, reject) => {
    probe.once('error', (error) =>
      reject(
        new Error(
          error.code === 'EADDRINUSE'
            ? `port ${port} is in use; stop what listens there, or choose another: npm start -- --port ${port + 1}`
            : `port ${port} cannot be used: ${error.message}`,
        ),
      ),
    );
    probe.listen({ port, host: '127.0.0.1' }, resolve);
  });
  await new Promise((resolve) => probe.close(resolve));
}

function whatToExplore() {
  const flag = address === '127.0.0.1:7233' ? '' : ` --address ${address}`;
  return [
    `The server listens on ${address} (namespace default) and keeps everything in ${databaseFile}.`,
    'A worker polls the task queue food-delivery; samples/food-delivery/src holds the code it runs. In another terminal:',
    `  npx perdure workflow list${flag}`,
    `  npx perdure workflow start --task-queue food-delivery --type order --workflow-id mine --input 3${flag}`,
    `  npx perdure workflow query --workflow-id mine --type getStatus${flag}`,
    `  npx perdure workflow signal --workflow-id mine --name pickedUp${flag}`,
    `  npx perdure workflow show --workflow-id mine${flag}`,
    'Any Temporal client works as well.',
    'Ctrl-C stops worker and server; the next npm start goes on with the same orders.',
  ].join('\n');
}
