import type { Connection } from '@perdure/client';
import type { nexus } from '@perdure/protocol';

/** A Nexus endpoint, and the version of it that a change has to name. */
export type NexusEndpointIdentifier = {
  id: NonNullable<nexus.IEndpoint['id']>;
  version: NonNullable<nexus.IEndpoint['version']>;
  raw: nexus.IEndpoint;
};

/** Creates an endpoint that leads to a task queue. */
export async function createNexusEndpoint(
  connection: Connection,
  target: { readonly name: string; readonly namespace: string; readonly taskQueue: string },
): Promise<NexusEndpointIdentifier> {
  const { name, namespace, taskQueue } = target;
  const { endpoint } = await connection.operatorService.createNexusEndpoint({
    spec: { name, target: { worker: { namespace, taskQueue } } },
  });
  if (endpoint === undefined || endpoint.id === '' || endpoint.version === 0) {
    throw new TypeError(`The server created the Nexus endpoint ${name}, and did not say which id and version it has`);
  }
  return { id: endpoint.id, version: endpoint.version, raw: endpoint };
}
