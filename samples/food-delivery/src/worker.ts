import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@perdure/worker';
import * as activities from './activities.js';

// The worker process. Usage: node dist/worker.js HOST:PORT. Prints "Worker ready" and runs until it is told to stop.

const [address = '127.0.0.1:7233'] = process.argv.slice(2);
Runtime.install({ logger: new DefaultLogger('WARN') });
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection,
  taskQueue: 'food-delivery',
  workflowsPath: fileURLToPath(new URL('./workflows.js', import.meta.url)),
  activities,
});
console.log('Worker ready');
await worker.run();
await connection.close();
