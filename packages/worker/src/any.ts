/* eslint-disable @typescript-eslint/no-explicit-any -- the one file that may say it */

/** "A function with whatever arguments", in a place that a concrete function must fit. */
export type Any = any;
