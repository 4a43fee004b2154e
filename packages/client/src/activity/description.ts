import {
  convertDeploymentVersion,
  decodePriority,
  decompileRetryPolicy,
  type LoadedDataConverter,
  type RetryPolicy,
} from '@perdure/common';
import { decodeTypedSearchAttributes, optionalTsToDate, optionalTsToMs } from '@perdure/common/internal';
import {
  decodeArrayFromPayloads,
  decodeFromPayloadsAtIndex,
  decodeOptionalFailureToOptionalError,
} from '@perdure/common/internal/conversion';
import type { activity, common, workflowservice } from '@perdure/protocol';
import { ServiceError } from '../errors.js';
import type {
  ActivityExecutionDescription,
  ActivityExecutionInfo,
  RawActivityExecutionInfo,
  RawActivityExecutionListInfo,
} from './activity-types.js';
import { type ActivityExecutionStatus, decodeActivityExecutionStatus, decodePendingActivityState } from './policies.js';
import { activityContext } from './requests.js';

/** An activity of a list as callers see it. */
export function decodeListed(raw: RawActivityExecutionListInfo): ActivityExecutionInfo {
  return { ...decodeInfo(raw), rawListInfo: raw };
}

/** A description as callers see it. Throws a {@link ServiceError} if there is nothing in it. */
export function decodeDescription(
  dataConverter: LoadedDataConverter,
  namespace: string,
  activityId: string,
  response: workflowservice.IDescribeActivityExecutionResponse,
): ActivityExecutionDescription {
  const { info, outcome, input, callbacks } = response;
  if (!info) throw new ServiceError('Missing info in describeActivityExecution response');
  const context = activityContext(namespace, activityId);
  const { heartbeatDetails, lastFailure } = info;
  const first = <T>(payloads: typeof input): Promise<T | undefined> =>
    decodeFromPayloadsAtIndex<T | undefined>(dataConverter, 0, payloads?.payloads, context);
  const error = (failure: typeof lastFailure) => decodeOptionalFailureToOptionalError(dataConverter, failure, context);
  return {
    ...decodeInfo(info),
    ...decodeTimes(info),
    rawInfo: info,
    rawCallbacks: [...(callbacks ?? [])],
    runState: decodePendingActivityState(info.runState),
    // Every server tells the policy that it made of the options.
    retryPolicy: decompileRetryPolicy(info.retryPolicy) as RetryPolicy,
    attempt: info.attempt ?? 0,
    lastWorkerIdentity: info.lastWorkerIdentity || undefined,
    lastDeploymentVersion: convertDeploymentVersion(info.lastDeploymentVersion),
    priority: decodePriority(info.priority),
    canceledReason: info.canceledReason || undefined,
    totalHeartbeatCount: Number(info.totalHeartbeatCount ?? 0) || undefined,
    hasHeartbeatDetails: hasPayloads(heartbeatDetails),
    hasLastFailure: Boolean(lastFailure),
    hasInput: hasPayloads(input),
    hasResult: hasPayloads(outcome?.result),
    hasOutcomeFailure: Boolean(outcome?.failure),
    getHeartbeatDetails: async () => first(heartbeatDetails),
    getLastFailure: async () => error(lastFailure),
    getInput: async <T extends unknown[]>() =>
      (await decodeArrayFromPayloads(dataConverter, input?.payloads, context)) as T,
    getResult: async () => first(outcome?.result),
    getOutcomeFailure: async () => error(outcome?.failure),
  };
}

function hasPayloads(list: common.IPayloads | null | undefined): boolean {
  return (list?.payloads ?? []).length > 0;
}

function decodeInfo(raw: activity.IActivityExecutionInfo | activity.IActivityExecutionListInfo): ActivityExecutionInfo {
  return {
    activityId: raw.activityId ?? '',
    activityRunId: raw.runId ?? '',
    activityType: raw.activityType?.name ?? '',
    scheduleTime: optionalTsToDate(raw.scheduleTime),
    closeTime: optionalTsToDate(raw.closeTime),
    // Only a message that says nothing has none.
    status: decodeActivityExecutionStatus(raw.status) as ActivityExecutionStatus,
    typedSearchAttributes: decodeTypedSearchAttributes(raw.searchAttributes?.indexedFields),
    taskQueue: raw.taskQueue ?? '',
    executionDurationMs: optionalTsToMs(raw.executionDuration),
    executionTime: optionalTsToDate(raw.executionTime),
  };
}

function decodeTimes(info: RawActivityExecutionInfo) {
  return {
    scheduleToCloseTimeoutMs: optionalTsToMs(info.scheduleToCloseTimeout),
    scheduleToStartTimeoutMs: optionalTsToMs(info.scheduleToStartTimeout),
    startToCloseTimeoutMs: optionalTsToMs(info.startToCloseTimeout),
    heartbeatTimeoutMs: optionalTsToMs(info.heartbeatTimeout),
    currentRetryIntervalMs: optionalTsToMs(info.currentRetryInterval),
    startDelayMs: optionalTsToMs(info.startDelay),
    lastHeartbeatTime: optionalTsToDate(info.lastHeartbeatTime),
    lastStartedTime: optionalTsToDate(info.lastStartedTime),
    expirationTime: optionalTsToDate(info.expirationTime),
    lastAttemptCompleteTime: optionalTsToDate(info.lastAttemptCompleteTime),
    nextAttemptScheduleTime: optionalTsToDate(info.nextAttemptScheduleTime),
  };
}
