import { invalidId, type SearchAttributeType, type SearchAttributeTypes } from '@perdure/engine';
import { durationToMs, services as api, type operatorservice } from '@perdure/protocol';
import { ServiceError, type AnyRpcMethod } from '../api/index.js';
import { indexedValueTypes, searchAttributeTypeOf, systemAttributes } from './cluster-methods.js';
import { method } from './handlers.js';
import { deleteNamespace } from './namespace-deletion.js';
import { namespaceOf } from './namespace-methods.js';
import { CLUSTER_NAME } from './namespace-record.js';
import { refuseIfEndpointTarget } from './nexus-endpoint-methods.js';
import { require } from './request-checks.js';
import type { Services } from './services.js';

const { methods } = api.OperatorService;
/** Names that begin so may get a meaning in any later release. */
const RESERVED_PREFIX = 'Temporal';

/** The operator's side of search attributes, namespaces and clusters. */
export function operatorMethods(services: Services): AnyRpcMethod[] {
  const { namespaces, store } = services;
  return [
    method(methods.AddSearchAttributes, async (request) => {
      const { id } = namespaces.resolve(request.namespace);
      await namespaces.addSearchAttributes(id, checkedTypes(services, request));
      return {};
    }),
    method(methods.RemoveSearchAttributes, async (request) => {
      const { id } = namespaces.resolve(request.namespace);
      const names = request.searchAttributes;
      if (names.length === 0) throw new ServiceError('INVALID_ARGUMENT', 'SearchAttributes are not set on request.');
      const system = systemAttributes();
      const foreign = names.find((name) => Object.hasOwn(system, name));
      if (foreign !== undefined)
        throw new ServiceError('INVALID_ARGUMENT', `Unable to remove non-custom search attributes: ${foreign}.`);
      await namespaces.removeSearchAttributes(id, names);
      return {};
    }),
    method(methods.ListSearchAttributes, async (request) => ({
      customAttributes: indexedValueTypes(namespaces.resolve(request.namespace).searchAttributes),
      systemAttributes: indexedValueTypes(systemAttributes()),
    })),
    method(methods.DeleteNamespace, async (request) => {
      const namespace = namespaceOf(services, request.namespace, request.namespaceId);
      if ((durationToMs(request.namespaceDeleteDelay) ?? 0) > 0) {
        throw new ServiceError(
          'UNIMPLEMENTED',
          'This server deletes namespaces at once: leave NamespaceDeleteDelay out.',
        );
      }
      refuseIfEndpointTarget(services, namespace.name);
      return { deletedNamespace: await deleteNamespace(services, namespace) };
    }),
    method(methods.ListClusters, async () => {
      const { clusterId, shardCount } = store.identity;
      const cluster = {
        clusterName: CLUSTER_NAME,
        clusterId,
        initialFailoverVersion: 1,
        historyShardCount: shardCount,
        isConnectionEnabled: true,
      };
      return { clusters: [cluster] };
    }),
  ];
}

function checkedTypes(
  { limits }: Services,
  { searchAttributes }: operatorservice.AddSearchAttributesRequest,
): SearchAttributeTypes {
  const names = Object.keys(searchAttributes);
  if (names.length === 0) throw new ServiceError('INVALID_ARGUMENT', 'SearchAttributes are not set on request.');
  const system = systemAttributes();
  const types = names.map((name): [string, SearchAttributeType] => {
    const indexedValueType = searchAttributes[name] ?? 0;
    const type = searchAttributeTypeOf(indexedValueType);
    if (type === undefined)
      throw new ServiceError('INVALID_ARGUMENT', `Unknown search attribute type: ${indexedValueType}, of ${name}.`);
    require(() => invalidId('Name of search attribute', name, limits), () =>
      name.startsWith(RESERVED_PREFIX) || Object.hasOwn(system, name)
        ? `Search attribute ${name} is reserved by system.`
        : undefined);
    return [name, type];
  });
  // Not by assignment: a name may be `__proto__`.
  return Object.fromEntries(types);
}
