/**
 * Owns what a worker, or a test environment, needs to run activity code in a context.
 * Must not be imported by activity code.
 */
export { ActivityCancellation } from './cancellation.js';
export { Context, asyncLocalStorage } from './context.js';
export type { ContextParts } from './context.js';
