import { makeProtoEnumConverters, type RequireAtLeastOne } from '@perdure/common/internal';
import type { enums, workflowservice } from '@perdure/protocol';

/** @deprecated Stands for workers without a build id. */
export const UnversionedBuildId: unique symbol = Symbol.for('__temporal_unversionedBuildId');
/** @deprecated The type of {@link UnversionedBuildId}. */
export type UnversionedBuildIdType = typeof UnversionedBuildId;

/** @deprecated Which workflows might need a build id. */
export const ReachabilityType = {
  /** Those that will be started. */
  NEW_WORKFLOWS: 'NEW_WORKFLOWS',
  /** Those that were started, running or closed. */
  EXISTING_WORKFLOWS: 'EXISTING_WORKFLOWS',
  /** Those that run. */
  OPEN_WORKFLOWS: 'OPEN_WORKFLOWS',
  /** Those that are closed. */
  CLOSED_WORKFLOWS: 'CLOSED_WORKFLOWS',
} as const;
/** @deprecated One of {@link ReachabilityType}. */
export type ReachabilityType = (typeof ReachabilityType)[keyof typeof ReachabilityType];

/** Converts {@link ReachabilityType} to and from `temporal.api.enums.v1.TaskReachability`. */
export const [encodeTaskReachability, decodeTaskReachability] = makeProtoEnumConverters<
  typeof enums.TaskReachability,
  'TASK_REACHABILITY_'
>(
  { UNSPECIFIED: 0, NEW_WORKFLOWS: 1, EXISTING_WORKFLOWS: 2, OPEN_WORKFLOWS: 3, CLOSED_WORKFLOWS: 4 },
  'TASK_REACHABILITY_',
);

/** @deprecated What is asked about. */
export type ReachabilityOptions = RequireAtLeastOne<BaseReachabilityOptions, 'buildIds' | 'taskQueues'>;

/** @deprecated See {@link ReachabilityOptions}. */
export interface BaseReachabilityOptions {
  buildIds: (string | UnversionedBuildIdType)[];
  /** All that have the build ids by default. */
  taskQueues?: string[];
  reachability?: ReachabilityType;
}

/** @deprecated What each build id might be needed for. */
export interface ReachabilityResponse {
  buildIdReachability: Record<string | UnversionedBuildIdType, BuildIdReachability>;
}

/** @deprecated NOT_FETCHED where servers had too much to look up: ask again for that task queue. */
export type ReachabilityTypeResponse = ReachabilityType | 'NOT_FETCHED';

/** @deprecated What a build id might be needed for, by task queue; nothing if the list is empty. */
export interface BuildIdReachability {
  taskQueueReachability: Record<string, ReachabilityTypeResponse[]>;
}

/** An answer off the wire as callers see it. Throws a TypeError if a part has no name. */
export function reachabilityResponseFromProto(
  response: workflowservice.IGetWorkerTaskReachabilityResponse,
): ReachabilityResponse {
  const byBuildId = (response.buildIdReachability ?? []).map(({ buildId, taskQueueReachability }) => {
    const byTaskQueue = (taskQueueReachability ?? []).map(({ taskQueue, reachability }) => [
      taskQueue ?? '',
      (reachability ?? []).map((one) => decodeTaskReachability(one) ?? 'NOT_FETCHED'),
    ]);
    return [
      buildId ? buildId : UnversionedBuildId,
      { taskQueueReachability: Object.fromEntries(byTaskQueue) as BuildIdReachability['taskQueueReachability'] },
    ];
  });
  return { buildIdReachability: Object.fromEntries(byBuildId) as ReachabilityResponse['buildIdReachability'] };
}
