/** A Perdure server in the process of a test, with time that skips. */
export {};
