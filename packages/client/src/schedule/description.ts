import type { LoadedDataConverter } from '@perdure/common';
import {
  decodeSearchAttributes,
  decodeTypedSearchAttributes,
  optionalTsToDate,
  optionalTsToMs,
  requiredTsToDate,
  tsToDate,
} from '@perdure/common/internal';
import { decodeMapFromPayloads } from '@perdure/common/internal/conversion';
import type { schedule, workflowservice } from '@perdure/protocol';
import { decodeRecentActions, decodeRunningActions, decodeScheduleAction } from './action.js';
import { decodeScheduleOverlapPolicy, ScheduleOverlapPolicy } from './overlap-policy.js';
import type { ScheduleDescription, ScheduleSummary } from './schedule-types.js';
import { decodeScheduleSpec } from './spec.js';

/** What servers do without a window. */
const DEFAULT_CATCHUP_WINDOW_MS = 60_000;

/** A schedule in full, off the wire. Throws an Error if the answer has no spec or no action. */
export async function decodeDescription(
  dataConverter: LoadedDataConverter,
  namespace: string,
  scheduleId: string,
  raw: workflowservice.DescribeScheduleResponse,
): Promise<ScheduleDescription> {
  const { spec, action, policies, state } = raw.schedule ?? {};
  if (spec === undefined || action === undefined) {
    throw new Error(`Received invalid Schedule description from server: '${scheduleId}' has no spec or no action`);
  }
  const { info } = raw;
  const indexedFields = raw.searchAttributes?.indexedFields;
  return {
    scheduleId,
    spec: decodeScheduleSpec(spec),
    action: await decodeScheduleAction(dataConverter, namespace, action),
    memo: await decodeMapFromPayloads(dataConverter, raw.memo?.fields),
    searchAttributes: decodeSearchAttributes(indexedFields),
    typedSearchAttributes: decodeTypedSearchAttributes(indexedFields),
    policies: {
      overlap: decodeScheduleOverlapPolicy(policies?.overlapPolicy) ?? ScheduleOverlapPolicy.SKIP,
      catchupWindow: optionalTsToMs(policies?.catchupWindow) ?? DEFAULT_CATCHUP_WINDOW_MS,
      pauseOnFailure: policies?.pauseOnFailure === true,
    },
    state: {
      paused: state?.paused === true,
      note: state?.notes,
      remainingActions: state?.limitedActions === true ? state.remainingActions : undefined,
    },
    info: {
      recentActions: decodeRecentActions(info?.recentActions),
      nextActionTimes: (info?.futureActionTimes ?? []).map(tsToDate),
      createdAt: requiredTsToDate(info?.createTime, 'createTime'),
      lastUpdatedAt: optionalTsToDate(info?.updateTime),
      runningActions: decodeRunningActions(info?.runningWorkflows),
      numActionsMissedCatchupWindow: info?.missedCatchupWindow ?? 0,
      numActionsSkippedOverlap: info?.overlapSkipped ?? 0,
      numActionsTaken: info?.actionCount ?? 0,
    },
    raw,
  };
}

/** A schedule of a list, off the wire. */
export async function decodeSummary(
  dataConverter: LoadedDataConverter,
  { scheduleId, memo, searchAttributes, info }: schedule.ScheduleListEntry,
): Promise<ScheduleSummary> {
  const workflowType = info?.workflowType?.name;
  return {
    scheduleId,
    spec: decodeScheduleSpec(info?.spec ?? {}),
    action: workflowType === undefined ? undefined : { type: 'startWorkflow', workflowType },
    memo: await decodeMapFromPayloads(dataConverter, memo?.fields),
    searchAttributes: decodeSearchAttributes(searchAttributes?.indexedFields),
    typedSearchAttributes: decodeTypedSearchAttributes(searchAttributes?.indexedFields),
    state: { paused: info?.paused === true, note: info?.notes },
    info: {
      recentActions: decodeRecentActions(info?.recentActions),
      nextActionTimes: (info?.futureActionTimes ?? []).map(tsToDate),
    },
  };
}
