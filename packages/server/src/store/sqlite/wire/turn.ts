const busy = 0;
const held = 1;
const messages = 2;
const words = 3;

/** Memory that a thread shares with its owner: whether it is inside SQLite, whether it may go there, and how much it was sent. */
export function turnMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(words * Int32Array.BYTES_PER_ELEMENT);
}

/**
 * Keeps a process from ending while a thread of it is inside SQLite. Node ends threads wherever they are; native code that is told so in
 * the middle of a call ends the process as a crash would, with another exit code and a core dump.
 */
export class Turn {
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  /** For the thread, before it goes into SQLite. Never returns once the owner has held it. */
  begin(): void {
    Atomics.store(this.#words, busy, 1);
    this.pause();
  }

  /** For the thread, where it could stop half way through what it does: as `begin`. */
  pause(): void {
    if (Atomics.load(this.#words, held) === 0) return;
    this.end();
    Atomics.wait(this.#words, held, 1);
  }

  /** For the thread, when it has come out again. */
  end(): void {
    Atomics.store(this.#words, busy, 0);
    Atomics.notify(this.#words, busy);
  }

  /** For the owner: a message was posted. */
  posted(): void {
    Atomics.add(this.#words, messages, 1);
    Atomics.notify(this.#words, messages);
  }

  /** For the thread: how many messages have been posted. To be asked before it looks for them. */
  get postedCount(): number {
    return Atomics.load(this.#words, messages);
  }

  /** For the thread: waits for a message beyond so many, but no longer than that; whether one was posted. */
  awaitPosted(count: number, patienceMs: number): boolean {
    return Atomics.wait(this.#words, messages, count, patienceMs) !== 'timed-out';
  }

  /** For the owner: waits until the thread is out of SQLite, but not for ever; it does not go there again. */
  hold(patienceMs: number): void {
    Atomics.store(this.#words, held, 1);
    Atomics.wait(this.#words, busy, 1, patienceMs);
  }
}
