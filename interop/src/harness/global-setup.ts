import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    address: string;
    workflowBundlePath: string;
  }
}

/** Starts one server and bundles the workflows once for the whole suite; returns the teardown. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { startServerUnderTest } = await import('./server-under-test.js');
  const [server, folder] = await Promise.all([startServerUnderTest(), bundleWorkflows()]);
  project.provide('address', server.address);
  project.provide('workflowBundlePath', join(folder, 'workflows.js'));
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

async function bundleWorkflows(): Promise<string> {
  const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));
  const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error: console.error };
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: quiet });
  const folder = await mkdtemp(join(tmpdir(), 'perdure-workflows-'));
  await writeFile(join(folder, 'workflows.js'), code);
  return folder;
}
