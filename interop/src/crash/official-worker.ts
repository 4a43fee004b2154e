import * as nexus from '@temporalio/nexus';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { NexusSdk } from '../nexus/sdks.js';
import { officialActivities as activities } from './official-activities.js';
import { paymentHandlers } from './payment-service.js';

// A worker process of the crash test on the official SDK. Usage: node official-worker.js HOST:PORT BUNDLE_FILE. Prints "Worker ready"
// when it polls. A server
// that is down when the worker starts, or for longer than the SDK waits, ends the worker; it is then started again here.

const [address = '', codePath = ''] = process.argv.slice(2);
Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });

for (;;) {
  try {
    const connection = await NativeConnection.connect({ address });
    const worker = await Worker.create({
      connection,
      taskQueue: 'food-delivery',
      workflowBundle: { codePath },
      activities,
      // Under our types: handlers must not notice.
      nexusServices: [paymentHandlers(nexus as unknown as NexusSdk)],
      // A killed worker's sticky queue must not hold orders back for long.
      stickyQueueScheduleToStartTimeout: '1s',
    });
    console.log('Worker ready');
    await worker.run();
    process.exit(0);
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
