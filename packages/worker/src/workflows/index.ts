/** From a polled workflow task to its answer: the runs in memory, replay and sandbox of each. Must not know activities. */
export { ActivationQueue } from './activation-queue.js';
export type { EagerActivities, LocalActivityHost, LocalActivityOwner } from './ports.js';
export { type PatchActivationCallback, type PatchActivationInput, patchDecision } from './patch-activation.js';
export { RunCache } from './run-cache.js';
export { RunCodec } from './run-codec.js';
export { SinkDispatcher } from './sink-dispatcher.js';
export type { InjectedSink, InjectedSinkFunction, InjectedSinks } from './sink-dispatcher.js';
export { nondeterminismMessage } from './task-failure.js';
export { WorkflowHost } from './workflow-host.js';
export { WorkflowCodeError, WorkflowRun } from './workflow-run.js';
export { WorkflowTaskWorker } from './workflow-task-worker.js';
