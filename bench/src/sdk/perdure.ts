import { Client, Connection, type ConnectionOptions } from '@perdure/client';
import { ClientSdk } from './client-sdk.js';
import type { Queues, Sdk } from './sdk.js';

/** Our client; its worker runs in a process of its own, or in this one when the server does. */
export async function connectPerdure(
  server: Pick<ConnectionOptions, 'address' | 'inProcess'>,
  queues: Queues,
): Promise<Sdk> {
  const connection = await Connection.connect(server);
  return new ClientSdk(new Client({ connection }).workflow, connection, queues);
}
