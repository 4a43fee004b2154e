import type { MetricCounter, MetricGauge, MetricHistogram, MetricMeter, MetricTags } from '@perdure/common';
import type {
  MeteredActivity,
  MeteredActivityEnd,
  MeteredPollerType,
  MeteredWorkerType,
  WorkerMetrics,
} from './worker-metrics.js';

/** Keeps what was made for each key: a metric with its tags is looked up by text, not put together anew every time. */
class Kept<T> {
  private readonly kept = new Map<string, T>();

  constructor(private readonly make: (tags: MetricTags) => T) {}

  get(key: string, tags: () => MetricTags): T {
    const found = this.kept.get(key);
    if (found !== undefined) return found;
    const made = this.make(tags());
    this.kept.set(key, made);
    return made;
  }
}

const tagsOf = ({ activityType, workflowType }: MeteredActivity): MetricTags => ({
  activity_type: activityType,
  workflow_type: workflowType,
});
const keyOf = ({ activityType, workflowType }: MeteredActivity): string => `${activityType}\n${workflowType}`;

/** The three metrics that activities and local activities both have. */
class ActivityEndMetrics {
  private readonly latency: Kept<MetricHistogram>;
  private readonly endToEnd: Kept<MetricHistogram>;
  private readonly failed: Kept<MetricCounter>;
  private readonly cancelled: Kept<MetricCounter>;

  constructor(meter: MetricMeter, prefix: '' | 'local_') {
    const name = `${prefix}activity`;
    const latency = meter.createHistogram(`${name}_execution_latency`, 'int', 'ms', 'Time that attempts took');
    const endToEnd = meter.createHistogram(
      `${name}_succeed_endtoend_latency`,
      'int',
      'ms',
      'Time from the first scheduling to success',
    );
    const failed = meter.createCounter(`${name}_execution_failed`, undefined, 'Attempts that failed');
    const cancelled = meter.createCounter(`${name}_execution_cancelled`, undefined, 'Attempts that were cancelled');
    this.latency = new Kept((tags) => latency.withTags(tags));
    this.endToEnd = new Kept((tags) => endToEnd.withTags(tags));
    this.failed = new Kept((tags) => failed.withTags({ ...tags, failure_reason: 'ActivityError' }));
    this.cancelled = new Kept((tags) => cancelled.withTags(tags));
  }

  ended(activity: MeteredActivity, end: MeteredActivityEnd, latencyMs: number, endToEndMs: number): void {
    const key = keyOf(activity);
    const tags = (): MetricTags => tagsOf(activity);
    this.latency.get(key, tags).record(latencyMs);
    if (end === 'completed') this.endToEnd.get(key, tags).record(Math.max(0, endToEndMs));
    else if (end === 'failed') this.failed.get(key, tags).add(1);
    else if (end === 'cancelled') this.cancelled.get(key, tags).add(1);
  }
}

/** The metrics of one worker, under the names and tags of Temporal's SDKs: https://docs.temporal.io/references/sdk-metrics */
export class MeteredWorkerMetrics implements WorkerMetrics {
  private readonly meter: MetricMeter;
  private readonly activityEnds: ActivityEndMetrics;
  private readonly localActivityEnds: ActivityEndMetrics;
  private readonly counters: Kept<MetricCounter>;
  private readonly gauges: Kept<MetricGauge>;
  private readonly histograms: Kept<MetricHistogram>;

  constructor(
    meter: MetricMeter,
    { namespace, taskQueue }: { readonly namespace: string; readonly taskQueue: string },
  ) {
    this.meter = meter.withTags({ namespace, task_queue: taskQueue });
    this.activityEnds = new ActivityEndMetrics(this.meter, '');
    this.localActivityEnds = new ActivityEndMetrics(this.meter, 'local_');
    this.counters = new Kept(({ metric, ...tags }) => this.meter.createCounter(String(metric)).withTags(tags));
    this.gauges = new Kept(({ metric, ...tags }) => this.meter.createGauge(String(metric)).withTags(tags));
    this.histograms = new Kept(({ metric, ...tags }) =>
      this.meter.createHistogram(String(metric), 'int', 'ms').withTags(tags),
    );
  }

  activityTaskReceived(activity: MeteredActivity, isEager: boolean): void {
    this.counters
      .get(`activity_task_received\n${keyOf(activity)}\n${isEager}`, () => ({
        metric: 'activity_task_received',
        ...tagsOf(activity),
        eager: isEager,
      }))
      .add(1);
  }

  activityScheduleToStart(latencyMs: number): void {
    this.record('activity_schedule_to_start_latency', latencyMs);
  }

  activityEnded(activity: MeteredActivity, end: MeteredActivityEnd, latencyMs: number, endToEndMs: number): void {
    this.activityEnds.ended(activity, end, latencyMs, endToEndMs);
  }

  localActivityStarted(activity: MeteredActivity): void {
    this.counters
      .get(`local_activity_total\n${keyOf(activity)}`, () => ({ metric: 'local_activity_total', ...tagsOf(activity) }))
      .add(1);
  }

  localActivityEnded(activity: MeteredActivity, end: MeteredActivityEnd, latencyMs: number, endToEndMs: number): void {
    this.localActivityEnds.ended(activity, end, latencyMs, endToEndMs);
  }

  activityPollEmpty(): void {
    this.count('activity_poll_no_task');
  }

  workflowTaskReceived(): void {
    this.count('workflow_task_queue_poll_succeed');
  }

  workflowPollEmpty(): void {
    this.count('workflow_task_queue_poll_empty');
  }

  workflowTaskScheduleToStart(latencyMs: number): void {
    this.record('workflow_task_schedule_to_start_latency', latencyMs);
  }

  workflowTaskExecuted(workflowType: string, latencyMs: number): void {
    this.record('workflow_task_execution_latency', latencyMs, workflowType);
  }

  workflowTaskReplayed(workflowType: string, latencyMs: number): void {
    this.record('workflow_task_replay_latency', latencyMs, workflowType);
  }

  workflowTaskFailed(workflowType: string, failureReason: string): void {
    const metric = 'workflow_task_execution_failed';
    const tags = { metric, workflow_type: workflowType, failure_reason: failureReason };
    this.counters.get(`${metric}\n${workflowType}\n${failureReason}`, () => tags).add(1);
  }

  workflowEnded(
    workflowType: string,
    end: 'completed' | 'failed' | 'canceled' | 'continue_as_new',
    endToEndMs: number,
  ): void {
    this.count(`workflow_${end}`, workflowType);
    this.record('workflow_endtoend_latency', endToEndMs, workflowType);
  }

  stickyCacheHit(workflowType: string): void {
    this.count('sticky_cache_hit', workflowType);
  }

  stickyCacheMiss(workflowType: string): void {
    this.count('sticky_cache_miss', workflowType);
  }

  stickyCacheSize(size: number): void {
    this.gauges.get('sticky_cache_size', () => ({ metric: 'sticky_cache_size' })).set(size);
  }

  stickyCacheEvicted(): void {
    this.count('sticky_cache_total_forced_eviction');
  }

  nexusPollEmpty(): void {
    this.count('nexus_poll_no_task');
  }

  nexusTaskScheduleToStart(latencyMs: number): void {
    this.record('nexus_task_schedule_to_start_latency', latencyMs);
  }

  nexusTaskEnded(latencyMs: number, endToEndMs: number): void {
    this.record('nexus_task_execution_latency', latencyMs);
    this.record('nexus_task_endtoend_latency', endToEndMs);
  }

  nexusTaskFailed(failureReason: string): void {
    const metric = 'nexus_task_execution_failed';
    this.counters.get(`${metric}\n${failureReason}`, () => ({ metric, failure_reason: failureReason })).add(1);
  }

  workerStarted(): void {
    this.count('worker_start');
  }

  slots(workerType: MeteredWorkerType, usedCount: number, availableCount: number | undefined): void {
    const gauge = (metric: string): MetricGauge =>
      this.gauges.get(`${metric}\n${workerType}`, () => ({ metric, worker_type: workerType }));
    gauge('worker_task_slots_used').set(usedCount);
    if (availableCount !== undefined) gauge('worker_task_slots_available').set(availableCount);
  }

  pollers(pollerType: MeteredPollerType, count: number): void {
    this.gauges
      .get(`num_pollers\n${pollerType}`, () => ({ metric: 'num_pollers', poller_type: pollerType }))
      .set(count);
  }

  private count(metric: string, workflowType?: string): void {
    this.counters.get(`${metric}\n${workflowType}`, () => withWorkflowType(metric, workflowType)).add(1);
  }

  private record(metric: string, latencyMs: number, workflowType?: string): void {
    const histogram = this.histograms.get(`${metric}\n${workflowType}`, () => withWorkflowType(metric, workflowType));
    // Clocks of two machines may differ.
    histogram.record(Math.max(0, latencyMs));
  }
}

function withWorkflowType(metric: string, workflowType: string | undefined): MetricTags {
  return workflowType === undefined ? { metric } : { metric, workflow_type: workflowType };
}
