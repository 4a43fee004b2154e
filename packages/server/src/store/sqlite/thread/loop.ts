import { receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { FlatReader, transferList } from '../wire/flat.js';
import type { FlatMessage } from '../wire/flat.js';
import type { Operation, ThreadReply } from '../wire/messages.js';
import type { Turn } from '../wire/turn.js';
import { Answers } from './answers.js';
import { endThread } from './end-thread.js';
import { readOperations } from './read-operations.js';
import type { SqliteTables } from './tables.js';
import { isFatal, messageOf } from './task.js';
import type { WriteTask } from './task.js';
import type { Writer } from './writer.js';

/**
 * After its work a writer waits for more in place for so long, before it goes back to its event loop: being woken up there, and getting from
 * there to here, takes longer than anything else in a small commit but its sync. What the thread is told comes as a message, and ends the wait.
 */
const lingerMs = 10;

/** Takes requests off the port and performs them: reads at once, writes in turn. */
export class ThreadLoop {
  readonly #port: MessagePort;
  readonly #tables: SqliteTables;
  readonly #writer: Writer | undefined;
  readonly #close: () => void;
  readonly #turn: Turn;
  readonly #answers = new Answers();
  #writes: WriteTask[] = [];
  #canLookAhead = true;
  #isClosed = false;
  /** Messages posted before the last look for them. */
  #postedCount = 0;

  /** Without a writer the thread only reads. `close` releases the connection. */
  constructor(port: MessagePort, turn: Turn, tables: SqliteTables, writer: Writer | undefined, close: () => void) {
    this.#port = port;
    this.#turn = turn;
    this.#tables = tables;
    this.#writer = writer;
    this.#close = close;
  }

  /** Performs a message and everything that arrives meanwhile, or soon after. */
  receive(message: FlatMessage): void {
    this.#perform(message);
    while (this.#lingers && this.#turn.awaitPosted(this.#postedCount, lingerMs)) {
      const next = this.#nextWaiting();
      // Not every runtime shows its messages to who does not go back for them.
      if (next === undefined) return;
      this.#perform(next.message);
    }
  }

  #perform(message: FlatMessage): void {
    this.#turn.begin();
    this.#accept(message);
    this.#acceptWaiting();
    while (this.#writes.length > 0) {
      this.#turn.pause();
      this.#commitAll();
      this.#acceptWaiting();
      this.#turn.pause();
      this.#performNext();
      this.#acceptWaiting();
    }
    this.#turn.end();
  }

  /** A message holds either reads, or one write. */
  #accept(message: FlatMessage): void {
    const request = new FlatReader(message);
    while (!request.isDone) {
      const id = request.number();
      const operation = request.string() as Operation;
      const handler = readOperations[operation];
      if (handler === undefined) {
        this.#writes.push({ id, operation, request: request.enterSection() });
        return;
      }
      try {
        request.section(() => this.#answers.resolve(id, (reply) => handler(this.#tables, request, reply)));
      } catch (error) {
        if (isFatal(error))
          this.#answers.fail(id, `Reading failed (${messageOf(error)}): check the disk and the file.`);
        else this.#answers.reject(id, messageOf(error));
      }
    }
  }

  #acceptWaiting(): void {
    this.#postedCount = this.#turn.postedCount;
    for (let next = this.#nextWaiting(); next !== undefined; next = this.#nextWaiting()) this.#accept(next.message);
    this.#send();
  }

  get #lingers(): boolean {
    return this.#writer !== undefined && this.#canLookAhead && !this.#isClosed;
  }

  #nextWaiting(): { readonly message: FlatMessage } | undefined {
    if (!this.#canLookAhead) return undefined;
    try {
      return receiveMessageOnPort(this.#port);
    } catch (error) {
      // Deno's parent port is none that can be looked at: there, each message comes with its own event.
      if (!(error instanceof TypeError)) throw error;
      this.#canLookAhead = false;
      return undefined;
    }
  }

  /**
   * Commits go before materialisations that were sent earlier: someone waits for them, and what a materialisation
   * removes was committed before it was sent. They do not go before anything else, such as the acquiring of a shard.
   */
  #commitAll(): void {
    const barrier = this.#writes.findIndex(({ operation }) => operation !== 'commit' && operation !== 'materialise');
    const end = barrier === -1 ? this.#writes.length : barrier;
    const commits = this.#writes.slice(0, end).filter(({ operation }) => operation === 'commit');
    if (commits.length === 0) return;
    this.#writes = this.#writes.filter((task) => !commits.includes(task));
    this.#writer?.commit(commits, this.#answers);
    this.#send();
  }

  /** One other write between two rounds of commits, so that neither starves the other. */
  #performNext(): void {
    const task = this.#writes[0];
    if (task === undefined || task.operation === 'commit') return;
    this.#writes.shift();
    if (task.operation === 'close') {
      this.#close();
      this.#answers.resolve(task.id, () => undefined);
      this.#send();
      this.#isClosed = true;
      endThread(this.#port);
      return;
    }
    if (task.operation === 'checkpoint') this.#checkpoint(task);
    else if (task.operation === 'materialise') this.#writer?.materialise(task, this.#answers);
    else this.#writer?.change(task, this.#answers);
    this.#send();
  }

  /** On the thread for checkpoints this copies most of the log; on the writer's, the rest. */
  #checkpoint(task: WriteTask): void {
    try {
      this.#tables.checkpoint();
      this.#answers.resolve(task.id, () => undefined);
    } catch (error) {
      this.#answers.fail(task.id, `Folding the log back failed (${messageOf(error)}): check the disk.`);
    }
  }

  #send(): void {
    const message = this.#answers.take();
    if (message === undefined) return;
    this.#port.postMessage({ kind: 'answers', message } satisfies ThreadReply, transferList(message));
  }
}
