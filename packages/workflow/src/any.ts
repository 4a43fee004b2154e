/* eslint-disable @typescript-eslint/no-explicit-any -- the one file that may say it */

/**
 * What only `any` can say: "a function with whatever arguments" in a place that a concrete function must fit. The public
 * types of workflows, signals, queries, updates and activities need it; nothing else may.
 */
export type Any = any;

/** A function of whatever arguments and result. */
export type AnyFunc = (...args: Any[]) => Any;
