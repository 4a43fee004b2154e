import type { LoadedDataConverter } from '@perdure/common';
import { decodeTypedSearchAttributes, optionalTsToDate, optionalTsToMs } from '@perdure/common/internal';
import { decodeOptionalFailureToOptionalError, decodeOptionalSinglePayload } from '@perdure/common/internal/conversion';
import type { common, workflowservice } from '@perdure/protocol';
import { ServiceError } from '../errors.js';
import {
  decodeNexusOperationCancellationState,
  decodeNexusOperationExecutionStatus,
  decodePendingNexusOperationState,
} from './nexus-enums.js';
import type {
  NexusOperationExecution,
  NexusOperationExecutionCancellationInfo,
  NexusOperationExecutionDescription,
  RawNexusOperationExecutionCancellationInfo,
  RawNexusOperationExecutionInfo,
  RawNexusOperationExecutionListInfo,
} from './nexus-types.js';

/** An operation of a list as callers see it. */
export function decodeListedOperation(raw: RawNexusOperationExecutionListInfo): NexusOperationExecution {
  return decodeOperation(raw, raw);
}

/** A description as callers see it. Throws a {@link ServiceError} if there is nothing in it. */
export async function decodeOperationDescription(
  dataConverter: LoadedDataConverter,
  { info }: workflowservice.IDescribeNexusOperationExecutionResponse,
): Promise<NexusOperationExecutionDescription> {
  if (!info) throw new ServiceError('Received invalid Nexus operation description from server: missing info');
  const { cancellationInfo, userMetadata } = info;
  const text = async (payload: common.IPayload | null | undefined) =>
    (await decodeOptionalSinglePayload<string>(dataConverter, payload)) ?? undefined;
  return {
    ...decodeOperation(info, info),
    state: decodePendingNexusOperationState(info.state),
    scheduleToCloseTimeout: optionalTsToMs(info.scheduleToCloseTimeout),
    scheduleToStartTimeout: optionalTsToMs(info.scheduleToStartTimeout),
    startToCloseTimeout: optionalTsToMs(info.startToCloseTimeout),
    expirationTime: optionalTsToDate(info.expirationTime),
    ...(await decodeAttempts(dataConverter, info)),
    blockedReason: info.blockedReason ?? undefined,
    requestId: info.requestId ?? '',
    operationToken: info.operationToken ?? undefined,
    identity: info.identity ?? '',
    cancellationInfo: cancellationInfo ? await decodeCancellation(dataConverter, cancellationInfo) : undefined,
    staticSummary: async () => text(userMetadata?.summary),
    staticDetails: async () => text(userMetadata?.details),
  };
}

function decodeOperation<Raw>(
  info: RawNexusOperationExecutionListInfo | RawNexusOperationExecutionInfo,
  raw: Raw,
): Omit<NexusOperationExecution, 'raw'> & { readonly raw: Raw } {
  return {
    operationId: info.operationId ?? '',
    runId: info.runId ?? '',
    endpoint: info.endpoint ?? '',
    service: info.service ?? '',
    operation: info.operation ?? '',
    scheduleTime: optionalTsToDate(info.scheduleTime),
    closeTime: optionalTsToDate(info.closeTime),
    status: decodeNexusOperationExecutionStatus(info.status),
    searchAttributes: decodeTypedSearchAttributes(info.searchAttributes?.indexedFields),
    stateTransitionCount: Number(info.stateTransitionCount ?? 0),
    executionDuration: optionalTsToMs(info.executionDuration),
    raw,
  };
}

async function decodeCancellation(
  dataConverter: LoadedDataConverter,
  raw: RawNexusOperationExecutionCancellationInfo,
): Promise<NexusOperationExecutionCancellationInfo> {
  return {
    requestedTime: optionalTsToDate(raw.requestedTime),
    state: decodeNexusOperationCancellationState(raw.state),
    ...(await decodeAttempts(dataConverter, raw)),
    blockedReason: raw.blockedReason ?? undefined,
    reason: raw.reason ?? '',
    raw,
  };
}

async function decodeAttempts(
  dataConverter: LoadedDataConverter,
  info: RawNexusOperationExecutionInfo | RawNexusOperationExecutionCancellationInfo,
) {
  return {
    attempt: info.attempt ?? 0,
    lastAttemptCompleteTime: optionalTsToDate(info.lastAttemptCompleteTime),
    nextAttemptScheduleTime: optionalTsToDate(info.nextAttemptScheduleTime),
    lastAttemptFailure: await decodeOptionalFailureToOptionalError(dataConverter, info.lastAttemptFailure),
  };
}
