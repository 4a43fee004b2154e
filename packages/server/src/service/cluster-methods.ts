import { columnSearchAttributes, systemSearchAttributes, type SearchAttributeTypes } from '@perdure/engine';
import { enums, services as api } from '@perdure/protocol';
import type { AnyRpcMethod } from '../api/index.js';
import { method } from './handlers.js';
import { CLUSTER_NAME } from './namespace-record.js';
import { COMPATIBLE_TEMPORAL_VERSION, SERVER_VERSION } from './server-version.js';
import type { Services } from './services.js';

const { IndexedValueType } = enums;
const { methods } = api.WorkflowService;

/** What SDKs ask for before they use a feature: only what this server does is true. */
const CAPABILITIES = {
  signalAndQueryHeader: true,
  internalErrorDifferentiation: true,
  activityFailureIncludeHeartbeat: true,
  encodedFailureAttributes: true,
  upsertMemo: true,
  eagerWorkflowStart: true,
  sdkMetadata: true,
  countGroupByExecutionStatus: true,
  supportsSchedules: true,
  buildIdBasedVersioning: false,
  nexus: true,
};

const SUPPORTED_CLIENTS = {
  'temporal-go': '<2.0.0',
  'temporal-java': '<2.0.0',
  'temporal-php': '<2.0.0',
  'temporal-typescript': '<2.0.0',
  'temporal-cli': '<2.0.0',
  'temporal-ui': '<3.0.0',
};

/** GetSystemInfo, GetClusterInfo and GetSearchAttributes. */
export function clusterMethods({ store, namespaces }: Services): AnyRpcMethod[] {
  return [
    method(methods.GetSystemInfo, async () => ({ serverVersion: SERVER_VERSION, capabilities: CAPABILITIES })),
    method(methods.GetClusterInfo, async () => ({
      supportedClients: SUPPORTED_CLIENTS,
      serverVersion: COMPATIBLE_TEMPORAL_VERSION,
      clusterId: store.identity.clusterId,
      versionInfo: { current: { version: SERVER_VERSION } },
      clusterName: CLUSTER_NAME,
      historyShardCount: store.identity.shardCount,
      persistenceStore: store.identity.kind,
      visibilityStore: store.identity.kind,
      initialFailoverVersion: 1,
      failoverVersionIncrement: 10,
    })),
    // The request names no namespace, so the answer is what any namespace may know.
    method(methods.GetSearchAttributes, async () => {
      const known = [systemAttributes(), ...namespaces.list().map(({ searchAttributes }) => searchAttributes)];
      return { keys: indexedValueTypes(Object.fromEntries(known.flatMap((types) => Object.entries(types)))) };
    }),
  ];
}

/** Every search attribute that exists without being registered. */
export function systemAttributes(): SearchAttributeTypes {
  return { ...columnSearchAttributes, ...systemSearchAttributes };
}

const INDEXED_VALUE_TYPES = {
  Bool: IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
  Datetime: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
  Double: IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE,
  Int: IndexedValueType.INDEXED_VALUE_TYPE_INT,
  Keyword: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  KeywordList: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
  Text: IndexedValueType.INDEXED_VALUE_TYPE_TEXT,
} as const;

/** Types as the wire has them. */
export function indexedValueTypes(types: SearchAttributeTypes): Record<string, enums.IndexedValueType> {
  return Object.fromEntries(Object.entries(types).map(([name, type]) => [name, INDEXED_VALUE_TYPES[type]]));
}

/** The inverse: undefined for what is no type of a search attribute. */
export function searchAttributeTypeOf(
  indexedValueType: enums.IndexedValueType,
): keyof typeof INDEXED_VALUE_TYPES | undefined {
  const found = Object.entries(INDEXED_VALUE_TYPES).find(([, each]) => each === indexedValueType);
  return found?.[0] as keyof typeof INDEXED_VALUE_TYPES | undefined;
}
