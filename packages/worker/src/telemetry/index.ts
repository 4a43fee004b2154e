/**
 * Owns what a process with workers shares and what it shows of itself: the runtime, connections, logs and metrics.
 * Must not know how workers do their work.
 */
export { noWorkerMetrics } from './worker-metrics.js';
export type {
  ActivityMetrics,
  MeteredActivity,
  MeteredActivityEnd,
  MeteredPollerType,
  MeteredWorkerType,
  WorkerMetrics,
  WorkflowMetrics,
} from './worker-metrics.js';
