import type {
  Duration,
  PayloadTypeInfo,
  SearchAttributePair,
  SearchAttributeType,
  TypedSearchAttributes,
} from '@perdure/common';
import type { Replace, TypedSearchAttributeValue } from '@perdure/common/internal';
import type { nexus } from '@perdure/protocol';
import type {
  NexusOperationCancellationState,
  NexusOperationExecutionStatus,
  NexusOperationIdConflictPolicy,
  NexusOperationIdReusePolicy,
  PendingNexusOperationState,
} from './nexus-enums.js';

/** A message of the API. */
export type RawNexusOperationExecutionInfo = nexus.INexusOperationExecutionInfo;
/** A message of the API. */
export type RawNexusOperationExecutionListInfo = nexus.INexusOperationExecutionListInfo;
/** A message of the API. */
export type RawNexusOperationExecutionCancellationInfo = nexus.INexusOperationExecutionCancellationInfo;

/** What became of the request to cancel an operation. */
export interface NexusOperationExecutionCancellationInfo {
  readonly requestedTime: Date | undefined;
  readonly state: NexusOperationCancellationState | undefined;
  /** How often its delivery was tried. */
  readonly attempt: number;
  readonly lastAttemptCompleteTime: Date | undefined;
  readonly nextAttemptScheduleTime: Date | undefined;
  readonly lastAttemptFailure: Error | undefined;
  /** Why it is BLOCKED, if it is. */
  readonly blockedReason: string | undefined;
  readonly reason: string;
  readonly raw: RawNexusOperationExecutionCancellationInfo;
}

/** A Nexus operation that stands alone, as lists show it. */
export interface NexusOperationExecution {
  readonly operationId: string;
  readonly runId: string;
  readonly endpoint: string;
  readonly service: string;
  readonly operation: string;
  readonly scheduleTime: Date | undefined;
  readonly closeTime: Date | undefined;
  readonly status: NexusOperationExecutionStatus | undefined;
  readonly searchAttributes: TypedSearchAttributes;
  readonly stateTransitionCount: number;
  /** From scheduled to closed, in milliseconds. */
  readonly executionDuration: number | undefined;
  readonly raw: RawNexusOperationExecutionListInfo;
}

/** A Nexus operation that stands alone, in full. Times and durations are in milliseconds. */
export type NexusOperationExecutionDescription = Replace<
  NexusOperationExecution,
  { raw: RawNexusOperationExecutionInfo }
> & {
  readonly state: PendingNexusOperationState | undefined;
  readonly scheduleToCloseTimeout: number | undefined;
  readonly scheduleToStartTimeout: number | undefined;
  readonly startToCloseTimeout: number | undefined;
  readonly attempt: number;
  /** When it times out for good. */
  readonly expirationTime: Date | undefined;
  readonly lastAttemptCompleteTime: Date | undefined;
  readonly nextAttemptScheduleTime: Date | undefined;
  readonly lastAttemptFailure: Error | undefined;
  /** Why it is BLOCKED, if it is. */
  readonly blockedReason: string | undefined;
  /** With which starting it twice has the effect of once. */
  readonly requestId: string;
  /** Of an operation that answers later, once it has started. */
  readonly operationToken: string | undefined;
  /** Of the client that started it. */
  readonly identity: string;
  /** If cancellation was asked for. */
  readonly cancellationInfo: NexusOperationExecutionCancellationInfo | undefined;
  staticSummary: () => Promise<string | undefined>;
  staticDetails: () => Promise<string | undefined>;
};

/** How many operations there are. */
export interface NexusOperationExecutionCount {
  readonly count: number;
  /** With GROUP BY in the query: how many have each value. */
  readonly groups: readonly NexusOperationExecutionCountGroup[];
}

/** How many operations have certain values. */
export interface NexusOperationExecutionCountGroup {
  readonly count: number;
  readonly groupValues: readonly TypedSearchAttributeValue<SearchAttributeType>[];
}

/** How a Nexus operation that stands alone is started. */
export interface StartNexusOperationOptions {
  /** Names the operation within the namespace of the caller. */
  id: string;
  /** How long it may take in all. */
  scheduleToCloseTimeout?: Duration;
  /** How long it may take until its handler has it. */
  scheduleToStartTimeout?: Duration;
  /** How long it may take from there. */
  startToCloseTimeout?: Duration;
  /** One line for people. */
  summary?: string;
  /** ALLOW_DUPLICATE by default. */
  idReusePolicy?: NexusOperationIdReusePolicy;
  /** FAIL by default. */
  idConflictPolicy?: NexusOperationIdConflictPolicy;
  searchAttributes?: SearchAttributePair[] | TypedSearchAttributes;
  /** For the handler, as they are. */
  headers?: Record<string, string>;
}

/** Which operations are listed. */
export interface ListNexusOperationsOptions {
  /** In the visibility language; all of the namespace without one. */
  query?: string;
  /** How many the server is asked for at a time. */
  pageSize?: number;
}

/** Which run a handle is to. */
export interface GetNexusOperationHandleOptions {
  /** The latest by default. */
  runId?: string;
  /** Adapts the result. */
  typeInfo?: Pick<PayloadTypeInfo, 'outputType'>;
}

/** Options of `describe`. There are none yet. */
export interface DescribeNexusOperationOptions {} // eslint-disable-line @typescript-eslint/no-empty-object-type -- the official type is empty
