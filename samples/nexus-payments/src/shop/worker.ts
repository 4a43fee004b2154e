import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@perdure/worker';

// The worker of the shop, which knows nothing of how payments are made. Usage: node dist/shop/worker.js HOST:PORT.

const [address = '127.0.0.1:7233'] = process.argv.slice(2);
Runtime.install({ logger: new DefaultLogger('WARN') });
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection,
  namespace: 'shop',
  taskQueue: 'orders',
  workflowsPath: fileURLToPath(new URL('./workflows.js', import.meta.url)),
});
console.log('Worker ready');
await worker.run();
await connection.close();
