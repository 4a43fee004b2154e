/** The command line is wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What was asked for did not happen, and the message says why: exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** Ctrl-C ended what would have gone on; there is nothing to say about it: exit code 130. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}
