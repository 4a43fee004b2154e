/**
 * Owns versions of task queues by build id, which worker deployments have replaced.
 * Must not know workers or deployments.
 */
export type * from './build-id-types.js';
export * from './reachability.js';
export { BuildIdNotFoundError, TaskQueueClient } from './task-queue-client.js';
export type { LoadedTaskQueueClientOptions, TaskQueueClientOptions } from './task-queue-client.js';
