import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@perdure/client';
import type { Workflow } from '@perdure/common';
import {
  bundleWorkflowCode,
  DefaultLogger,
  Runtime,
  Worker,
  type WorkerOptions,
  type WorkflowBundle,
} from '@perdure/worker';
import { onTestFinished } from 'vitest';
import { TestWorkflowEnvironment, workflowInterceptorModules } from '../index.js';
import { activities } from './activities.js';

Runtime.install({ logger: new DefaultLogger('ERROR') });

let bundle: Promise<WorkflowBundle> | undefined;
const bundled = (): Promise<WorkflowBundle> =>
  (bundle ??= bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
    workflowInterceptorModules,
  }));

/** An environment that is torn down when the test is over. */
export async function skipping(): Promise<TestWorkflowEnvironment> {
  const environment = await TestWorkflowEnvironment.createTimeSkipping();
  onTestFinished(() => environment.teardown());
  return environment;
}

/** What a test does with workflows. */
export interface Bench {
  readonly environment: TestWorkflowEnvironment;
  start<T extends Workflow>(type: T, args: Parameters<T>, options?: StartOptions): Promise<WorkflowHandle<T>>;
  execute<T extends Workflow>(type: T, args: Parameters<T>, options?: StartOptions): Promise<Awaited<ReturnType<T>>>;
}

type StartOptions = Partial<Parameters<TestWorkflowEnvironment['client']['workflow']['start']>[1]>;

/** Runs a test with a worker. */
export async function withWorker<Result>(
  environment: TestWorkflowEnvironment,
  run: (bench: Bench) => Promise<Result>,
  options: { readonly activities?: object; readonly nexusServices?: WorkerOptions['nexusServices'] } = {},
): Promise<Result> {
  const taskQueue = 'queue';
  const { namespace = 'default', client } = environment;
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    namespace,
    taskQueue,
    workflowBundle: await bundled(),
    activities: { ...activities, ...options.activities },
    nexusServices: options.nexusServices,
  });
  const start = async <T extends Workflow>(type: T, args: Parameters<T>, rest: StartOptions = {}) =>
    (await client.workflow.start(type as Workflow, {
      taskQueue,
      workflowId: randomUUID(),
      args,
      ...rest,
    })) as unknown as WorkflowHandle<T>;
  const bench: Bench = {
    environment,
    start,
    execute: async (type, args, rest) => (await (await start(type, args, rest)).result()) as never,
  };
  return await worker.runUntil(() => run(bench));
}
