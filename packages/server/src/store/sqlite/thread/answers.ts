import { FlatWriter } from '../wire/flat.js';
import { answerStatus } from '../wire/messages.js';
import type { FlatMessage } from '../wire/flat.js';

/** Collects the answers of one turn, so that they travel in one message. */
export class Answers {
  readonly #writer = new FlatWriter();

  /** Answers with what `write` writes. When it throws, it is as if this had not been called. */
  resolve(id: number, write: (reply: FlatWriter) => void): void {
    this.#writer.attempt(() => {
      this.#writer.put(id).put(answerStatus.done);
      this.#writer.section(() => write(this.#writer));
    });
  }

  /** The request was wrong. */
  reject(id: number, message: string): void {
    this.#writer.put(id).put(answerStatus.rejected).put(message);
  }

  /** The store has become unusable. */
  fail(id: number, message: string): void {
    this.#writer.put(id).put(answerStatus.failed).put(message);
  }

  /** Everything collected, or undefined when there is nothing. */
  take(): FlatMessage | undefined {
    return this.#writer.isEmpty ? undefined : this.#writer.finish();
  }
}
