/** The buckets of durations that dashboards for Temporal's SDKs expect, by metric, in milliseconds. */
const BUCKETS_MS: Readonly<Record<string, readonly number[]>> = {
  activity_execution_latency: [50, 100, 500, 1_000, 5_000, 10_000, 60_000],
  local_activity_execution_latency: [50, 100, 500, 1_000, 5_000, 10_000, 60_000],
  request_latency: [50, 100, 500, 1_000, 2_500, 10_000],
  long_request_latency: [50, 100, 500, 1_000, 2_500, 10_000],
  workflow_endtoend_latency: [
    100, 500, 1_000, 1_500, 2_000, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000,
    30_600_000, 86_400_000,
  ],
  activity_schedule_to_start_latency: [100, 500, 1_000, 5_000, 10_000, 100_000, 1_000_000],
  workflow_task_schedule_to_start_latency: [100, 500, 1_000, 5_000, 10_000, 100_000, 1_000_000],
  workflow_task_execution_latency: [1, 10, 20, 50, 100, 200, 500, 1_000],
  workflow_task_replay_latency: [1, 10, 20, 50, 100, 200, 500, 1_000],
};

const DEFAULT_BUCKETS: readonly number[] = [50, 100, 500, 1_000, 2_500, 10_000];

/** The upper bounds of a histogram's buckets. `divisor` is 1000 where it holds seconds. */
export function bucketBounds(name: string, divisor: number): readonly number[] {
  const boundsMs = Object.hasOwn(BUCKETS_MS, name) ? BUCKETS_MS[name] : undefined;
  return (boundsMs ?? DEFAULT_BUCKETS).map((bound) => bound / divisor);
}
