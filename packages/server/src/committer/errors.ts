import { StoreError } from '../store/index.js';

/**
 * Transitions of a shard were not written, or it is not known whether they were. Nothing that depends on them may be
 * answered; the shard must be acquired and loaded again.
 */
export class CommitFailedError extends StoreError {
  constructor(
    readonly shardId: number,
    cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`Transitions of shard ${shardId} were not committed: ${reason} Acquire and load the shard again.`, { cause });
  }
}
