/** Base of everything a store throws, so that callers can tell storage trouble from their own bugs. */
export abstract class StoreError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Why a store could not be opened. */
export type StoreOpenProblem =
  'corrupt' | 'foreign-file' | 'in-use' | 'newer-version' | 'shard-count-mismatch' | 'unavailable';

/** The store could not be opened. The message is one line: what is wrong, where, and what to do. */
export class StoreOpenError extends StoreError {
  constructor(
    readonly problem: StoreOpenProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * These shards have been acquired by someone else since: their part of the batch was not written.
 * The parts of every other shard in the same batch were written durably.
 */
export class ShardFencedError extends StoreError {
  constructor(readonly shardIds: readonly number[]) {
    super(
      `Shard ${shardIds.join(', ')} was acquired by another owner: nothing was written for it. ` +
        'Reload the shard by acquiring it again.',
    );
  }
}

/** A request broke the contract of the port (our bug, not the disk's). Nothing of that request was written. */
export class StoreRequestError extends StoreError {}

/** The store hit an I/O error, a full disk or lost its thread. It accepts nothing more until it is opened again. */
export class StoreFailedError extends StoreError {}

/** The store has been closed. */
export class StoreClosedError extends StoreError {
  constructor(operation: string) {
    super(`The store is closed: ${operation} was refused. Open the store again before using it.`);
  }
}
