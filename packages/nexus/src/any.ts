/* eslint-disable @typescript-eslint/no-explicit-any -- the one file that may say it */

/** What callers' own functions take and give: nothing is known, and everything allowed. */
export type Any = any;
