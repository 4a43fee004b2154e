import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Connection } from '@temporalio/client';
import type { SdkName } from '../harness/workflow-bundles.js';
import type { ProcessRecipe } from './mortal-process.js';

const readyTimeoutMs = 30_000;

/** What workers of the crash test run: the food order, and one that is paid by operations of Nexus. */
export const WORKFLOWS_PATH = fileURLToPath(new URL('../../dist/crash/workflows.js', import.meta.url));

/** Our server on `databaseFile`, or another one by its command line, in which {port} and {file} are filled in. */
export function serverRecipe(port: number, databaseFile: string, commandLine?: string): ProcessRecipe {
  const entry = fileURLToPath(import.meta.resolve('@perdure/server')).replace(/index\.js$/, 'main/run.js');
  const own = [process.execPath, entry, '--port', String(port), '--db-filename', databaseFile];
  const given = commandLine?.replace('{port}', String(port)).replace('{file}', databaseFile).split(' ');
  const [command = '', ...args] = given ?? own;
  return { name: 'server', command, args, ready: (isAlive) => answers(`127.0.0.1:${port}`, isAlive) };
}

/** A worker process of the food order, on one of the SDKs, with a workflow bundle that was made before. */
export function workerRecipe(name: string, sdk: SdkName, address: string, bundleFile: string): ProcessRecipe {
  const file = sdk === 'perdure' ? 'worker.js' : 'official-worker.js';
  const entry = fileURLToPath(new URL(`../../dist/crash/${file}`, import.meta.url));
  const ready: ProcessRecipe['ready'] = (isAlive, output) =>
    until(isAlive, async () => output().includes('Worker ready'));
  return { name, command: process.execPath, args: [entry, address, bundleFile], ready };
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function answers(address: string, isAlive: () => boolean): Promise<void> {
  await until(isAlive, async () => {
    const connection = await Connection.connect({ address, connectTimeout: 500 }).catch(() => undefined);
    await connection?.close();
    return connection !== undefined;
  });
}

async function until(isAlive: () => boolean, probe: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + readyTimeoutMs;
  while (isAlive()) {
    if (await probe()) return;
    if (Date.now() > deadlineMs) throw new Error(`a process was not ready within ${readyTimeoutMs} ms`);
    await delay(20);
  }
}
