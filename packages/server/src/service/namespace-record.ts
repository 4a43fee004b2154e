import {
  durationToMs,
  enums,
  type google,
  type namespaceApi,
  type replication,
  type workflowservice,
} from '@perdure/protocol';
import type { Namespace } from '../namespace/index.js';

const { ArchivalState, NamespaceState, ReplicationState } = enums;

/** The one cluster there is goes by the name that Temporal gives to a cluster of its own. */
export const CLUSTER_NAME = 'active';
/** Closed executions are kept at least this long; Temporal's server has the same bound. */
export const MINIMUM_RETENTION_MS = 3_600_000;

/** What a namespace is made of. */
export interface NewNamespace {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly ownerEmail: string;
  readonly data: Readonly<Record<string, string>>;
  readonly retention: google.IDuration;
}

/** The record of a new namespace. */
export function newNamespaceRecord({
  id,
  name,
  description,
  ownerEmail,
  data,
  retention,
}: NewNamespace): workflowservice.IDescribeNamespaceResponse {
  return {
    namespaceInfo: { id, name, description, ownerEmail, data, state: NamespaceState.NAMESPACE_STATE_REGISTERED },
    config: { workflowExecutionRetentionTtl: retention },
  };
}

/** What is said of a namespace: its record, and what is the same for every namespace of this server. */
export interface NamespaceDescription {
  readonly namespaceInfo: namespaceApi.INamespaceInfo;
  readonly config: namespaceApi.INamespaceConfig;
  readonly replicationConfig: replication.INamespaceReplicationConfig;
  readonly failoverVersion: number;
  readonly isGlobalNamespace: boolean;
}

/** Describes a namespace as DescribeNamespace, ListNamespaces and UpdateNamespace answer. */
export function describeNamespace({ record }: Namespace): NamespaceDescription {
  return {
    namespaceInfo: {
      ...record.namespaceInfo,
      capabilities: {
        eagerWorkflowStart: true,
        syncUpdate: true,
        asyncUpdate: true,
        workerPollCompleteOnShutdown: true,
        pollerAutoscaling: true,
      },
      supportsSchedules: true,
    },
    config: {
      ...record.config,
      badBinaries: {},
      historyArchivalState: ArchivalState.ARCHIVAL_STATE_DISABLED,
      visibilityArchivalState: ArchivalState.ARCHIVAL_STATE_DISABLED,
    },
    replicationConfig: {
      activeClusterName: CLUSTER_NAME,
      clusters: [{ clusterName: CLUSTER_NAME }],
      state: ReplicationState.REPLICATION_STATE_NORMAL,
    },
    failoverVersion: 0,
    isGlobalNamespace: false,
  };
}

/** Complains about a retention that is missing or too short. */
export function invalidRetention(retention: google.IDuration | null | undefined): string | undefined {
  if ((durationToMs(retention) ?? 0) >= MINIMUM_RETENTION_MS) return undefined;
  return 'A valid retention period is not set on request. Give at least one hour.';
}

/** The namespace is neither deprecated nor being deleted. */
export function isRegistered(namespace: Namespace): boolean {
  return stateOf(namespace) === NamespaceState.NAMESPACE_STATE_REGISTERED;
}

/** The state of a namespace. */
export function stateOf({ record }: Namespace): enums.NamespaceState {
  return record.namespaceInfo?.state ?? NamespaceState.NAMESPACE_STATE_REGISTERED;
}
