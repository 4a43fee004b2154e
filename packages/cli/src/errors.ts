/** The command line is wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What was asked for did not happen, and the message says why: exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
