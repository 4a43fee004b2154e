import { StoreClosedError, StoreFailedError } from '../errors.js';

/** Whether the store can be used. Shared by both threads' clients: when one fails, the store has failed. */
export class StoreHealth {
  #failure: StoreFailedError | undefined;
  #closed = false;

  get isClosed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
  }

  /** The first failure counts; it is what everything is refused with from here on. */
  fail(message: string, cause?: unknown): StoreFailedError {
    this.#failure ??= new StoreFailedError(message, { cause });
    return this.#failure;
  }

  /** What a request must be refused with, if anything. */
  refusal(operation: string): StoreClosedError | StoreFailedError | undefined {
    return this.#closed ? new StoreClosedError(operation) : this.#failure;
  }
}
