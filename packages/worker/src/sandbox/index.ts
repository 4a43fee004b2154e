/**
 * Brings workflow code to life in one shared V8 context, away from Node, the clock and real randomness. Must not know history, task
 * queues or a server: it takes activations and gives completions.
 */
export { DeadlockError } from './deadlock-error.js';
export {
  Sandbox,
  sandboxOf,
  type SandboxActivation,
  type SandboxOptions,
  type SandboxedWorkflow,
  type WorkflowOptions,
} from './sandbox.js';
export { rejectionsHaveContext, rejectionsPrecedeNextImmediate } from './rejections.js';
export { callAlone } from './call-alone.js';
export { isWatched } from './watchdog.js';
