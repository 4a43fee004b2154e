// Task queues: who waits for work and what work waits for somebody. Knows nothing of executions or of what tasks hold.
export { Matching } from './matching.js';
export { Poller, type PollOutcome } from './poller.js';
export { TaskQueue, type PollerInfo } from './task-queue.js';
export type { PendingTask, QueueKey, TaskKind } from './task.js';
