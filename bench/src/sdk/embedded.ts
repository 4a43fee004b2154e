import { join } from 'node:path';
import type { InProcessServer } from '@perdure/client/transport';
import { EmbeddedServer, startServer, type ServerOptions } from '@perdure/server';
import { createPerdureWorker } from './perdure-worker.js';
import { connectPerdure } from './perdure.js';
import type { Queues, Sdk } from './sdk.js';

/** Server (on a thread of its own), worker and client in this process, on a file in `folder`: no sockets between them. */
export async function startEmbedded(folder: string, queues: Queues): Promise<Sdk> {
  return await startWith(await EmbeddedServer.start(optionsIn(folder)), queues);
}

/** The same with the server on the thread of worker and client. */
export async function startInline(folder: string, queues: Queues): Promise<Sdk> {
  return await startWith(await startServer(optionsIn(folder)), queues);
}

/** A SQLite file with a durable commit. */
function optionsIn(folder: string): Pick<ServerOptions, 'store' | 'grpc'> {
  return { store: { kind: 'sqlite', path: join(folder, 'bench.sqlite') }, grpc: { host: '127.0.0.1', port: 0 } };
}

async function startWith({ inProcess }: { readonly inProcess: InProcessServer }, queues: Queues): Promise<Sdk> {
  const worker = await createPerdureWorker({ inProcess }, queues.workQueue);
  void worker.run();
  return await connectPerdure({ inProcess }, queues);
}
