import { fileURLToPath } from 'node:url';
import { CompleteAsyncError } from '@perdure/activity';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@perdure/worker';

Runtime.install({ logger: new DefaultLogger('ERROR') });

/** Where its workflows are. */
export const WORKFLOWS_PATH = fileURLToPath(new URL('./workflows.ts', import.meta.url));

/** What the worker says its code is. */
export const BUILD_ID = 'build-1';

const activities = {
  charge: (amount: number) => Promise.resolve(`charged ${amount}`),
  byHand: () => Promise.reject(new CompleteAsyncError()),
};

/** A worker of the workflows beside this file. */
export interface RunningWorker {
  stop(): Promise<void>;
}

/** Starts a worker on a task queue of the server. */
export async function startWorker(address: string, taskQueue: string, namespace = 'default'): Promise<RunningWorker> {
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowsPath: WORKFLOWS_PATH,
    activities,
    shutdownGraceTime: '1s',
    buildId: BUILD_ID,
  });
  const running = worker.run();
  return {
    stop: async () => {
      worker.shutdown();
      await running;
      await connection.close();
    },
  };
}
