import type { ThreadClient } from './thread-client.js';

/** The log is folded back into the file after about this many pages (16 MB). */
export const checkpointPages = 4096;

/**
 * Folds the write-ahead log back into the file while commits go on. Done by the writer it would hold up every commit
 * for 10 us a page; so another thread copies what there is, and the writer only the little that was added meanwhile,
 * after which the log starts over. The thread is started when there is something to fold back for the first time.
 */
export class Checkpoints {
  readonly #writer: ThreadClient;
  readonly #startThread: () => ThreadClient;
  #thread: ThreadClient | undefined;
  #running: Promise<void> | undefined;
  #pagesAtLast = 0;

  constructor(writer: ThreadClient, startThread: () => ThreadClient) {
    this.#writer = writer;
    this.#startThread = startThread;
  }

  /** To be called after each write. Starts a checkpoint when enough has been written and none is under way. */
  afterWrite(): void {
    if (this.#running !== undefined || this.#writer.estimatedPages - this.#pagesAtLast < checkpointPages) return;
    this.#pagesAtLast = this.#writer.estimatedPages;
    // A failure has made the store unusable already, or will with the next write; nobody waits for a checkpoint.
    this.#running = this.#run().catch(() => undefined);
    void this.#running.then(() => (this.#running = undefined));
  }

  /** Ends the thread, after the checkpoint under way. */
  async close(): Promise<void> {
    await this.#running;
    await this.#thread?.close();
  }

  async #run(): Promise<void> {
    this.#thread ??= this.#startThread();
    await this.#thread.read(
      'checkpoint',
      () => undefined,
      () => undefined,
    );
    await this.#writer.write(
      'checkpoint',
      () => undefined,
      () => undefined,
    );
  }
}
