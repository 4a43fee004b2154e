// The pure core of the server: what may happen to a workflow execution, and what follows.
// Imports nothing of Node and holds no clock, no randomness and no I/O; the server package is its shell.
export * from './execution/index.js';
export { invalidCron } from './cron.js';
export { DEFAULT_LIMITS, type Limits } from './limits.js';
export { effectivePriority, invalidPriority } from './priority.js';
export { reject, type Rejection, type RejectionDetail, type StatusName } from './rejection.js';
export * from './validate.js';
export * from './visibility/index.js';
