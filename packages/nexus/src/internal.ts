/**
 * Owns what a worker, or a test environment, needs to run operations in a context.
 * Must not be imported by operation code.
 */
export { asyncLocalStorage } from './context.js';
export type { HandlerContext } from './context.js';
