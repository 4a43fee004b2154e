import type { Committer } from '../committer/index.js';
import type { NexusHttpObserver } from '../nexus/index.js';
import type { Metrics } from '../observability/index.js';
import type { Services } from '../service/index.js';

/** Counts and times what is asked of the HTTP port of Nexus. */
export function nexusHttpMetrics(metrics: Metrics): NexusHttpObserver {
  const requests = metrics.counter({
    name: 'nexus_http_requests_total',
    help: 'Requests to the HTTP port of Nexus: start, cancel or callback.',
    labels: ['request', 'status'],
  });
  const durations = metrics.histogram({
    name: 'nexus_http_duration_seconds',
    help: 'Time to answer a request to the HTTP port of Nexus, that of its handler included.',
    labels: ['request'],
  });
  return (request, status, durationMs) => {
    requests.with({ request, status: String(status) }).add();
    durations.with({ request }).observe(durationMs / 1000);
  };
}

/** Registers what operators watch besides the calls: the journal, the cache of executions, the task queues. */
export function registerServerMetrics(
  metrics: Metrics,
  { host, matching, schedules, nexusDelivery }: Services,
  committer: Committer,
): void {
  metrics.readCounter({ name: 'journal_commits_total', help: 'Durable commits.' }, () => committer.metrics().commits);
  metrics.readCounter(
    { name: 'journal_transitions_total', help: 'Transitions made durable.' },
    () => committer.metrics().transitions,
  );
  metrics.readCounter(
    { name: 'journal_bytes_total', help: 'Size of the transitions made durable.' },
    () => committer.metrics().sizeBytes,
  );
  metrics.readCounter(
    { name: 'journal_failed_transitions_total', help: 'Transitions whose commit failed.' },
    () => committer.metrics().failedTransitions,
  );
  metrics.readCounter(
    {
      name: 'journal_commit_seconds_total',
      help: 'Time from the first transition of a commit to its durability, summed.',
    },
    () => committer.metrics().totalLatencyMs / 1000,
  );
  metrics.readGauge(
    { name: 'journal_queued_transitions', help: 'Transitions that wait to be committed.' },
    () => committer.metrics().queuedTransitions,
  );
  metrics.readGauge(
    { name: 'cached_executions', help: 'Workflow executions in memory.' },
    () => host.cacheUse().executions,
  );
  metrics.readGauge(
    { name: 'cached_executions_bytes', help: 'Estimated size of the executions in memory.' },
    () => host.cacheUse().bytes,
  );
  metrics.readGauge({ name: 'schedules', help: 'Schedules of this node.' }, () => schedules.totals().schedules);
  metrics.readGauge(
    { name: 'schedules_in_memory', help: 'Schedules that are decoded in memory.' },
    () => schedules.totals().inMemory,
  );
  metrics.readCounter(
    { name: 'schedule_actions_total', help: 'Workflows that schedules have started.' },
    () => schedules.totals().started,
  );
  metrics.readCounter(
    { name: 'schedule_actions_refused_total', help: 'Workflows that schedules could not start.' },
    () => schedules.totals().refused,
  );
  metrics.readGauge({ name: 'task_queues', help: 'Task queues in use.' }, () => matching.totals().queues);
  metrics.readGauge({ name: 'task_backlog', help: 'Tasks that wait for a worker.' }, () => matching.totals().backlog);
  metrics.readGauge({ name: 'task_pollers', help: 'Polls that wait for a task.' }, () => matching.totals().pollers);
  metrics.readGauge(
    { name: 'nexus_circuit_breakers_open', help: 'Endpoints and hosts of callbacks that Nexus leaves alone.' },
    () => nexusDelivery.totals().open,
  );
  metrics.readCounter(
    { name: 'nexus_requests_held_total', help: 'Requests of Nexus that were held back by a circuit breaker.' },
    () => nexusDelivery.totals().held,
  );
}
