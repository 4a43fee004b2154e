import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, Worker, type NativeConnectionOptions } from '@perdure/worker';

/** Our worker for the workloads, with the settings of the official one. */
export async function createPerdureWorker(server: NativeConnectionOptions, taskQueue: string): Promise<Worker> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  return await Worker.create({
    connection: await NativeConnection.connect(server),
    taskQueue,
    workflowsPath: fileURLToPath(new URL('./workflows.js', import.meta.url)),
    activities: { noop: async () => undefined },
    maxConcurrentWorkflowTaskExecutions: 200,
    maxConcurrentActivityTaskExecutions: 200,
    maxCachedWorkflows: 10_000,
    shutdownGraceTime: 0,
  });
}
