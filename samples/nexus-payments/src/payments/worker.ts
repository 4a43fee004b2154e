import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@perdure/worker';
import { paymentsHandler } from './handlers.js';

// The worker of the payments team. Usage: node dist/payments/worker.js HOST:PORT. Prints "Worker ready".

const [address = '127.0.0.1:7233'] = process.argv.slice(2);
Runtime.install({ logger: new DefaultLogger('WARN') });
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection,
  namespace: 'payments',
  taskQueue: 'payments',
  workflowsPath: fileURLToPath(new URL('./workflows.js', import.meta.url)),
  nexusServices: [paymentsHandler],
});
console.log('Worker ready');
await worker.run();
await connection.close();
