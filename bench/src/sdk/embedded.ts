import { join } from 'node:path';
import { EmbeddedServer } from '@perdure/server';
import { createPerdureWorker } from './perdure-worker.js';
import { connectPerdure } from './perdure.js';
import type { Queues, Sdk } from './sdk.js';

/** Server (on a thread of its own), worker and client in this process, on a SQLite file in `folder` with a durable commit: no sockets between them. */
export async function startEmbedded(folder: string, queues: Queues): Promise<Sdk> {
  const server = await EmbeddedServer.start({
    store: { kind: 'sqlite', path: join(folder, 'bench.sqlite') },
    grpc: { host: '127.0.0.1', port: 0 },
  });
  const { inProcess } = server;
  const worker = await createPerdureWorker({ inProcess }, queues.workQueue);
  void worker.run();
  return await connectPerdure({ inProcess }, queues);
}
