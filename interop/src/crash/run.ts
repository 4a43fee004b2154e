import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { openStore } from '@perdure/server/store';
import { bundleWorkflows, type SdkName } from '../harness/workflow-bundles.js';
import { MortalProcess } from './mortal-process.js';
import { fetchEvents, runOrder, type OrderRecord } from './order-load.js';
import { randomFrom, type Random } from './random.js';
import { createPaymentsEndpoint, fetchPaymentRuns } from './payments.js';
import { freePort, serverRecipe, workerRecipe, WORKFLOWS_PATH } from './recipes.js';
import { paymentProblems } from './payment-verdict.js';
import { problemsOf } from './verdict.js';

/** How a crash test runs. */
export interface CrashOptions {
  readonly kills: number;
  /** Whose workers run the orders. */
  readonly sdk: SdkName;
  /** Decides who is killed and when. */
  readonly seed: number;
  /** Orders on their way at any moment. */
  readonly ordersInFlight: number;
  /** How long the last orders may take after the last kill. */
  readonly settleTimeoutMs: number;
  /** Another server's command line, with {port} and {file}; ours without. Its file is not checked then. */
  readonly serverCommand?: string;
  readonly say: (line: string) => void;
  /** Cuts it off: nothing more is killed or waited for, everything is stopped, and it rejects. */
  readonly signal?: AbortSignal;
}

/** What a crash test saw. */
export interface CrashReport {
  readonly orders: number;
  readonly serverKills: number;
  readonly workerKills: number;
  /** Empty if the server kept every promise. */
  readonly problems: readonly string[];
}

interface Scene {
  readonly server: MortalProcess;
  readonly workers: readonly MortalProcess[];
  readonly address: string;
}

/** Runs orders, kills what runs them, and judges the histories that are left. */
export async function runCrashTest(options: CrashOptions): Promise<CrashReport> {
  const folder = await mkdtemp(join(tmpdir(), 'perdure-crash-'));
  const databaseFile = join(folder, 'crash.sqlite');
  const scene = await setTheScene(folder, databaseFile, options);
  try {
    await Promise.all([scene.server.start(), ...scene.workers.map((worker) => worker.start())]);
    await createPaymentsEndpoint(scene.address);
    const { records, ...kills } = await runUnderFire(scene, options);
    options.signal?.throwIfAborted();
    const problems = await judge(scene.address, records);
    await Promise.all(scene.workers.map((worker) => worker.stop()));
    await scene.server.stop();
    if (!options.serverCommand) problems.push(...(await fileProblems(databaseFile)));
    return { orders: records.length, ...kills, problems };
  } finally {
    await Promise.all([scene.server, ...scene.workers].map((process) => process.kill()));
    await rm(folder, { recursive: true, force: true });
  }
}

async function setTheScene(folder: string, databaseFile: string, options: CrashOptions): Promise<Scene> {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const bundleFile = join(folder, 'workflows.js');
  await writeFile(bundleFile, await bundleWorkflows(options.sdk, WORKFLOWS_PATH));
  return {
    address,
    server: new MortalProcess(serverRecipe(port, databaseFile, options.serverCommand)),
    workers: ['worker 1', 'worker 2'].map(
      (name) => new MortalProcess(workerRecipe(name, options.sdk, address, bundleFile)),
    ),
  };
}

async function runUnderFire(
  scene: Scene,
  options: CrashOptions,
): Promise<{ records: OrderRecord[]; serverKills: number; workerKills: number }> {
  const records: OrderRecord[] = [];
  let deadlineMs = Infinity;
  let isFiring = true;
  const isGivenUp = (): boolean => options.signal?.aborted === true || Date.now() > deadlineMs;
  const connection = Connection.lazy({ address: scene.address });
  const placeOrders = async (): Promise<void> => {
    while (isFiring && options.signal?.aborted !== true) {
      const count = records.length;
      const isPaidElsewhere = count % 2 === 1;
      const record = { workflowId: `order-${count}`, isPaidElsewhere, acknowledgedSignals: [], completed: false };
      records.push(record);
      await runOrder(connection, record, isGivenUp).catch((error: unknown) =>
        options.say(`${record.workflowId}: ${String(error)}`),
      );
    }
  };
  const lanes = Array.from({ length: options.ordersInFlight }, placeOrders);
  const kills = await fire(scene, randomFrom(options.seed), options, () => records);
  isFiring = false;
  deadlineMs = Date.now() + options.settleTimeoutMs;
  options.say(`no more kills; waiting for the last of ${records.length} orders`);
  await Promise.all(lanes);
  await connection.close();
  return { records, ...kills };
}

async function fire(
  scene: Scene,
  random: Random,
  { kills, say, signal }: CrashOptions,
  records: () => readonly OrderRecord[],
): Promise<{ serverKills: number; workerKills: number }> {
  let serverKills = 0;
  let workerKills = 0;
  for (let count = 1; count <= kills && signal?.aborted !== true; count++) {
    await delay(random.between(20, 700));
    const victim = random.next() < 0.6 ? scene.server : scene.workers[random.between(0, scene.workers.length - 1)]!;
    await victim.kill();
    if (victim === scene.server) serverKills++;
    else workerKills++;
    // Now and then a process is killed while it starts.
    if (random.next() < 0.1) {
      const starting = victim.start();
      await delay(random.between(20, 400));
      await victim.kill();
      await starting;
    }
    await victim.start();
    if (count % 10 === 0 || count === kills) {
      const done = records().filter(({ completed }) => completed).length;
      say(`${count} of ${kills} kills, ${done} of ${records().length} orders complete`);
    }
  }
  return { serverKills, workerKills };
}

async function judge(address: string, records: readonly OrderRecord[]): Promise<string[]> {
  const connection = await Connection.connect({ address });
  const problems: string[] = [];
  for (const record of records) {
    const events = await fetchEvents(connection, record.workflowId);
    problems.push(...problemsOf(record, events));
    if (record.isPaidElsewhere)
      problems.push(...paymentProblems(record, events, await fetchPaymentRuns(connection, record.workflowId)));
  }
  await connection.close();
  return problems;
}

async function fileProblems(path: string): Promise<readonly string[]> {
  const store = await openStore({ kind: 'sqlite', path, clusterId: 'crash-test' });
  try {
    return (await store.integrityCheck()).map((problem) => `the SQLite file: ${problem}`);
  } finally {
    await store.close();
  }
}
