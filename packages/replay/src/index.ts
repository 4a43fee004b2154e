/**
 * The replay core: history in, activations out, commands of workflow code matched against what the history says. Pure: it
 * holds no clock, no I/O and nothing of Node, so it runs in a worker, in a browser and under simulation.
 */
export { CorruptHistoryError, HistoryGapError, NondeterminismError, UnknownEventError } from './errors.js';
export { randomnessSeedOf } from './randomness-seed.js';
export type {
  LocalActivityCancellation,
  LocalActivityRequest,
  LocalActivityResult,
  WorkflowTaskAnswer,
  WorkflowTaskInput,
} from './workflow-task.js';
export { LEGACY_QUERY_ID } from './workflow-task.js';
export { WorkflowReplay, type WorkflowReplayOptions } from './workflow-replay.js';
