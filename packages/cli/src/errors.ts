/** The command line is wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What was asked for did not happen, and the message says why: exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(
    message: string,
    /** For programs: the status of the call that failed, such as `NOT_FOUND`; `FAILED` where no call did. */
    readonly code = 'FAILED',
  ) {
    super(message);
  }
}

/** Ctrl-C ended what would have gone on; there is nothing to say about it: exit code 130. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}
