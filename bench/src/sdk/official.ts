import { Client, Connection } from '@temporalio/client';
import { ClientSdk } from './client-sdk.js';
import type { Queues, Sdk } from './sdk.js';

/** The official client; its worker runs in a process of its own. */
export async function connectOfficial(address: string, queues: Queues): Promise<Sdk> {
  const connection = await Connection.connect({ address });
  return new ClientSdk(new Client({ connection }).workflow, connection, queues);
}
