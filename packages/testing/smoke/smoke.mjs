/**
 * The same on every runtime: workflows on a server in this process, over both transports, and on a file. Prints a line of
 * JSON for each check, and one with the version of the runtime.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deepStrictEqual, match, ok } from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@perdure/client';
import { TestWorkflowEnvironment } from '@perdure/testing';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@perdure/worker';

Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });

const taskQueue = 'smoke';
const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
const activities = { greet: async (name) => `hello ${name}` };
const TOO_LONG_MS = 60_000;

/** Runs `use` with a worker. */
async function withWorker(connection, client, use) {
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowsPath,
    activities,
    isolateExecutionTimeout: '500ms',
  });
  let started = 0;
  const start = (type, ...args) => client.workflow.start(type, { taskQueue, workflowId: `${type}-${++started}`, args });
  return await worker.runUntil(() => use(start));
}

async function skipping(use) {
  const environment = await TestWorkflowEnvironment.createTimeSkipping();
  await withWorker(environment.nativeConnection, environment.client, (start) => use(start, environment));
  await environment.teardown();
}

/** The first failed workflow task of a run. */
async function taskFailure(handle) {
  for (;;) {
    const { events = [] } = await handle.fetchHistory();
    for (const { workflowTaskFailedEventAttributes: failed } of events) {
      if (failed) {
        await handle.terminate();
        return failed.failure;
      }
    }
    await pause(20);
  }
}

async function overNetwork(transport) {
  const environment = await TestWorkflowEnvironment.createLocal();
  const { address } = environment;
  const nativeConnection = await NativeConnection.connect({ address, transport });
  const connection = await Connection.connect({ address, transport });
  const client = new Client({ connection });
  await withWorker(nativeConnection, client, async (start) => {
    deepStrictEqual((await (await start('surroundings')).result()).length, 6);
  });
  await connection.close();
  await nativeConnection.close();
  await environment.teardown();
}

const CHECKS = {
  'an activity, a signal, an update, a timer, a local activity, and replay': () =>
    skipping(async (start) => {
      for (const name of ['one', 'two']) {
        const handle = await start('order', name);
        await handle.signal('approve', 'me');
        deepStrictEqual(await handle.executeUpdate('rename', { args: ['three'] }), name);
        deepStrictEqual(await handle.query('state'), 'approved');
        const result = await handle.result();
        deepStrictEqual(result, `hello ${name}, approved by me, now three, hello you, run 1`);
        await Worker.runReplayHistory({ workflowsPath }, await handle.fetchHistory());
      }
    }),
  'a child workflow': () => skipping(async (start) => deepStrictEqual(await (await start('parent')).result(), 42)),
  'a sandbox without the outside': () =>
    skipping(async (start) => {
      const seen = await (await start('surroundings')).result();
      deepStrictEqual(seen, ['undefined', 'undefined', 'undefined', 'undefined', 0, false]);
    }),
  'a deadlock is stopped, and others go on': () =>
    skipping(async (start) => {
      match((await taskFailure(await start('endless'))).message, /did not come to rest/);
      deepStrictEqual(await (await start('parent')).result(), 42);
    }),
  'a rejection that nobody waits for is its own workflow’s': () =>
    skipping(async (start) => {
      const [handle, other] = await Promise.all([start('rejecting'), start('parent')]);
      deepStrictEqual((await taskFailure(handle)).message, 'nobody waits for this');
      deepStrictEqual(await other.result(), 42);
      const { events } = await other.fetchHistory();
      ok(events.every(({ workflowTaskFailedEventAttributes: failed }) => !failed));
    }),
  'stacks name the lines of TypeScript': () =>
    skipping(async (start) =>
      match((await taskFailure(await start('failing'))).stackTrace, /at failing \(.*workflows\.ts:77:\d+\)/),
    ),
  'over gRPC': () => overNetwork('grpc'),
  'over a call stream': () => overNetwork('call-stream'),
  'on a file': async () => {
    const folder = mkdtempSync(join(tmpdir(), 'perdure-smoke-'));
    for (let times = 0; times < 2; times += 1) {
      const environment = await TestWorkflowEnvironment.createLocal({
        server: { dbFilename: join(folder, 'a.sqlite') },
      });
      await withWorker(environment.nativeConnection, environment.client, async (start) => {
        deepStrictEqual((await (await start('surroundings')).result()).length, 6);
      });
      await environment.teardown();
    }
    rmSync(folder, { recursive: true });
  },
};

const tell = (line) => console.log(JSON.stringify(line));
const { bun, deno, node } = process.versions;
tell({ version: bun ?? deno ?? node });
let failed = 0;
for (const [check, run] of Object.entries(CHECKS)) {
  const tooLong = pause(TOO_LONG_MS, undefined, { ref: false }).then(() => {
    throw new Error(`did not end within ${TOO_LONG_MS / 1000} s`);
  });
  try {
    await Promise.race([run(), tooLong]);
    tell({ check });
  } catch (error) {
    failed += 1;
    tell({ check, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
process.exit(failed === 0 ? 0 : 1);
