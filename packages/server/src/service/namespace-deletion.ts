import { enums } from '@perdure/protocol';
import { ServiceError } from '../api/index.js';
import type { Namespace } from '../namespace/index.js';
import { stateOf } from './namespace-record.js';
import { deleteExecution } from './outside-methods.js';
import type { Services } from './services.js';

const { NamespaceState } = enums;
const PAGE_SIZE = 200;
const SUFFIX_CHARACTERS = 5;

/**
 * Deletes a namespace. Its name is free when this returns, and nothing starts in it any more; its executions are
 * deleted behind the answer, by `finishNamespaceDeletion`. Answers the name the namespace has until they are gone.
 */
export async function deleteNamespace(services: Services, namespace: Namespace): Promise<string> {
  const deleted = await markDeleted(services, namespace);
  finishNamespaceDeletion(services, deleted).catch((error: unknown) => {
    services.log.warn('Deletion of a namespace was interrupted; it goes on at the next start', {
      namespace: deleted.name,
      error,
    });
  });
  return deleted.name;
}

/** Goes on with the deletions that the last stop of the server interrupted. To be called once the shards are open. */
export function resumeNamespaceDeletions(services: Services): void {
  for (const namespace of services.namespaces.list()) {
    if (stateOf(namespace) === NamespaceState.NAMESPACE_STATE_DELETED) void deleteNamespace(services, namespace);
  }
}

/** Terminates and deletes every execution of a namespace marked as deleted, then the namespace itself. */
export async function finishNamespaceDeletion(services: Services, namespace: Namespace): Promise<void> {
  const { host, store, namespaces, schedules, log } = services;
  // First of all: nothing starts any more.
  await schedules.deleteNamespace(namespace.id);
  let count = 0;
  let previousRunId = '';
  for (;;) {
    await host.drain();
    const { rows } = await store.listVisibility({ namespaceId: namespace.id, where: undefined, pageSize: PAGE_SIZE });
    const [first] = rows;
    if (first === undefined) break;
    if (first.runId === previousRunId)
      throw new Error(`Run ${first.runId} of workflow ${first.workflowId} cannot be deleted`);
    previousRunId = first.runId;
    for (const { namespaceId, workflowId, runId } of rows)
      await deleteIfPresent(services, { namespaceId, workflowId, runId });
    count += rows.length;
  }
  await namespaces.delete(namespace.id);
  log.info('A namespace has been deleted', { namespace: namespace.name, executions: count });
}

async function markDeleted({ namespaces }: Services, namespace: Namespace): Promise<Namespace> {
  if (stateOf(namespace) === NamespaceState.NAMESPACE_STATE_DELETED) return namespace;
  const shortName = `${namespace.name}-deleted-${namespace.id.slice(0, SUFFIX_CHARACTERS)}`;
  const name = namespaces.byName(shortName) === undefined ? shortName : `${namespace.name}-deleted-${namespace.id}`;
  return namespaces.update(namespace.id, ({ record }) => ({
    ...record,
    namespaceInfo: { ...record.namespaceInfo, name, state: NamespaceState.NAMESPACE_STATE_DELETED },
  }));
}

async function deleteIfPresent(
  services: Services,
  run: { readonly namespaceId: string; readonly workflowId: string; readonly runId: string },
): Promise<void> {
  try {
    await deleteExecution(services, run);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'NOT_FOUND') throw error;
  }
}
