import * as nexus from '@perdure/nexus';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@perdure/worker';
import * as activities from '@perdure/sample-food-delivery/activities';
import { paymentHandlers } from './payment-service.js';

// A worker process of the crash test on our SDK. Usage: node worker.js HOST:PORT BUNDLE_FILE. Prints "Worker ready" when it polls. A
// server that is down when the worker starts ends the worker, which is then started again here.

const [address = '', codePath = ''] = process.argv.slice(2);
process.env.FOOD_DELIVERY_QUIET = '1';
Runtime.install({ logger: new DefaultLogger('ERROR') });

for (;;) {
  try {
    const connection = await NativeConnection.connect({ address });
    const worker = await Worker.create({
      connection,
      taskQueue: 'food-delivery',
      workflowBundle: { codePath },
      activities,
      nexusServices: [paymentHandlers(nexus)],
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
