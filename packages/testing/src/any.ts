/* eslint-disable @typescript-eslint/no-explicit-any -- the one file that may say it */

/** "Whatever": what the official types say of the arguments of activities. */
export type Any = any;
