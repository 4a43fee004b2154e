import { invalidId } from '@perdure/engine';
import {
  enums,
  msToDuration,
  services as api,
  type namespaceApi,
  type replication,
  type workflowservice,
} from '@perdure/protocol';
import { ServiceError, type AnyRpcMethod } from '../api/index.js';
import { namespaceNotFound, type Namespace } from '../namespace/index.js';
import { method } from './handlers.js';
import { CLUSTER_NAME, describeNamespace, invalidRetention, newNamespaceRecord, stateOf } from './namespace-record.js';
import { decodeNamespacePageToken, encodeNamespacePageToken } from './page-tokens.js';
import { require } from './request-checks.js';
import type { Services } from './services.js';

const { ArchivalState, NamespaceState } = enums;
const { methods } = api.WorkflowService;
const DEFAULT_RETENTION_MS = 86_400_000;
const MAXIMUM_PAGE_SIZE = 1000;
/** Temporal keeps its own workflows there; tools take the name for that. */
const RESERVED_NAME = 'temporal-system';

/** RegisterNamespace, DescribeNamespace, ListNamespaces, UpdateNamespace and DeprecateNamespace. */
export function namespaceMethods(services: Services): AnyRpcMethod[] {
  const { namespaces } = services;
  return [
    method(methods.RegisterNamespace, async (request) => {
      checkRegistration(services, request);
      const { namespace: name, description, ownerEmail, data, workflowExecutionRetentionPeriod } = request;
      const retention = workflowExecutionRetentionPeriod ?? {};
      await namespaces.create(
        newNamespaceRecord({ id: services.newId(), name, description, ownerEmail, data, retention }),
      );
      return {};
    }),
    method(methods.DescribeNamespace, async (request) =>
      describeNamespace(namespaceOf(services, request.namespace, request.id)),
    ),
    method(methods.ListNamespaces, async (request) => listNamespaces(services, request)),
    method(methods.UpdateNamespace, async (request) => {
      const { id } = namespaces.resolve(request.namespace);
      checkUpdate(request);
      return describeNamespace(await namespaces.update(id, (before) => updatedRecord(before, request)));
    }),
    method(methods.DeprecateNamespace, async (request) => {
      const { id } = namespaces.resolve(request.namespace);
      const state = NamespaceState.NAMESPACE_STATE_DEPRECATED;
      await namespaces.update(id, (before) => withInfo(before, { state: changedState(before, state) }));
      return {};
    }),
  ];
}

/** Creates a namespace with the retention of a development server, a day, unless it is there. */
export async function ensureNamespace(
  { namespaces, newId }: Pick<Services, 'namespaces' | 'newId'>,
  name: string,
): Promise<void> {
  if (namespaces.byName(name) !== undefined) return;
  const retention = msToDuration(DEFAULT_RETENTION_MS);
  await namespaces.create(
    newNamespaceRecord({ id: newId(), name, description: '', ownerEmail: '', data: {}, retention }),
  );
}

/** The namespace a request means by its name or by its id. */
export function namespaceOf({ namespaces }: Pick<Services, 'namespaces'>, name: string, id: string): Namespace {
  if (id === '') return namespaces.resolve(name);
  const namespace = namespaces.byId(id);
  if (namespace === undefined) throw namespaceNotFound(id);
  if (name !== '' && name !== namespace.name) {
    throw new ServiceError(
      'INVALID_ARGUMENT',
      `Both ID and Name specified in request, of different namespaces: ${id} is not ${name}.`,
    );
  }
  return namespace;
}

function checkRegistration({ limits }: Services, request: workflowservice.RegisterNamespaceRequest): void {
  const { namespace: name } = request;
  require(() => (name === '' ? 'Namespace not set on request.' : invalidId('Namespace', name, limits)), () =>
    name === RESERVED_NAME ? `Namespace name ${RESERVED_NAME} is reserved.` : undefined, () =>
    invalidRetention(request.workflowExecutionRetentionPeriod), () =>
    request.isGlobalNamespace ? 'Cannot register global namespace when not enabled' : undefined, () =>
    invalidClusters(request.activeClusterName, request.clusters));
  refuseArchival(request.historyArchivalState, request.visibilityArchivalState);
}

function invalidClusters(
  activeClusterName: string,
  clusters: readonly replication.ClusterReplicationConfig[],
): string | undefined {
  const names = [activeClusterName, ...clusters.map(({ clusterName }) => clusterName)];
  const unknown = names.find((name) => name !== '' && name !== CLUSTER_NAME);
  return unknown === undefined ? undefined : `Invalid cluster name: ${unknown}`;
}

function refuseArchival(...states: readonly enums.ArchivalState[]): void {
  if (!states.includes(ArchivalState.ARCHIVAL_STATE_ENABLED)) return;
  throw new ServiceError('UNIMPLEMENTED', 'This server does not archive: leave the archival states out.');
}

function listNamespaces(
  { namespaces }: Services,
  request: workflowservice.ListNamespacesRequest,
): workflowservice.IListNamespacesResponse {
  const { pageSize, nextPageToken, namespaceFilter } = request;
  if (pageSize < 0) throw new ServiceError('INVALID_ARGUMENT', `PageSize ${pageSize} is negative.`);
  const size = Math.min(pageSize || MAXIMUM_PAGE_SIZE, MAXIMUM_PAGE_SIZE);
  const afterName = nextPageToken.length === 0 ? '' : decodeNamespacePageToken(nextPageToken);
  const wanted = namespaces
    .list()
    .filter((each) => each.name > afterName)
    .filter(
      (each) => namespaceFilter?.includeDeleted === true || stateOf(each) !== NamespaceState.NAMESPACE_STATE_DELETED,
    );
  const page = wanted.slice(0, size);
  const last = page.at(-1);
  const hasMore = wanted.length > page.length && last !== undefined;
  return {
    namespaces: page.map(describeNamespace),
    nextPageToken: hasMore ? encodeNamespacePageToken(last.name) : undefined,
  };
}

function checkUpdate({
  namespace,
  config,
  deleteBadBinary,
  promoteNamespace,
  replicationConfig,
}: workflowservice.UpdateNamespaceRequest): void {
  require(() =>
    promoteNamespace
      ? `global namespace is not enabled on this cluster, cannot update global namespace or promote local namespace: ${namespace}`
      : undefined, () =>
    invalidClusters(replicationConfig?.activeClusterName ?? '', replicationConfig?.clusters ?? []), () =>
    config?.workflowExecutionRetentionTtl === undefined
      ? undefined
      : invalidRetention(config.workflowExecutionRetentionTtl));
  refuseArchival(config?.historyArchivalState ?? 0, config?.visibilityArchivalState ?? 0);
  if (deleteBadBinary !== '' || Object.keys(config?.badBinaries?.binaries ?? {}).length > 0) {
    throw new ServiceError(
      'UNIMPLEMENTED',
      'This server does not keep lists of bad binaries: reset the executions concerned instead.',
    );
  }
  if (Object.keys(config?.customSearchAttributeAliases ?? {}).length > 0) {
    throw new ServiceError(
      'UNIMPLEMENTED',
      'This server has no aliases for search attributes: register them by AddSearchAttributes.',
    );
  }
}

function updatedRecord(
  before: Namespace,
  { updateInfo, config }: workflowservice.UpdateNamespaceRequest,
): workflowservice.IDescribeNamespaceResponse {
  const info = before.record.namespaceInfo;
  const record = withInfo(before, {
    description: updateInfo?.description || info?.description,
    ownerEmail: updateInfo?.ownerEmail || info?.ownerEmail,
    data: { ...info?.data, ...updateInfo?.data },
    state: changedState(before, updateInfo?.state ?? NamespaceState.NAMESPACE_STATE_UNSPECIFIED),
  });
  const retention = config?.workflowExecutionRetentionTtl;
  return retention === undefined
    ? record
    : { ...record, config: { ...record.config, workflowExecutionRetentionTtl: retention } };
}

function withInfo(
  { record }: Namespace,
  changes: namespaceApi.INamespaceInfo,
): workflowservice.IDescribeNamespaceResponse {
  return { ...record, namespaceInfo: { ...record.namespaceInfo, ...changes } };
}

/** A namespace is deprecated for good; to delete it is another call's business. */
function changedState(before: Namespace, wanted: enums.NamespaceState): enums.NamespaceState {
  const state = stateOf(before);
  if (wanted === NamespaceState.NAMESPACE_STATE_UNSPECIFIED || wanted === state) return state;
  const isDeprecation =
    state === NamespaceState.NAMESPACE_STATE_REGISTERED && wanted === NamespaceState.NAMESPACE_STATE_DEPRECATED;
  if (isDeprecation) return wanted;
  throw new ServiceError(
    'INVALID_ARGUMENT',
    'Invalid namespace state update. A registered namespace can be deprecated, nothing else.',
  );
}
