import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import * as activities from '@perdure/sample-food-delivery/activities';

// The worker process of the demo. Usage: node worker.js HOST:PORT. Prints "Worker ready" and runs until it is told to stop.

const [address = '127.0.0.1:7233'] = process.argv.slice(2);
Runtime.install({ logger: new DefaultLogger('WARN') });
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection,
  taskQueue: 'food-delivery',
  workflowsPath: fileURLToPath(import.meta.resolve('@perdure/sample-food-delivery/workflows')),
  activities,
});
console.log('Worker ready');
await worker.run();
await connection.close();
