import { Worker } from 'node:worker_threads';
import { InFlightMap } from '@perdure/protocol/in-flight';
import { StoreOpenError, StoreRequestError } from '../errors.js';
import type { StoreIdentity } from '../store.js';
import type { StoreHealth } from './health.js';
import { FlatReader, FlatWriter, transferList } from './wire/flat.js';
import type { FlatMessage } from './wire/flat.js';
import { answerStatus } from './wire/messages.js';
import type { Operation, ThreadData, ThreadOptions, ThreadReply } from './wire/messages.js';
import { Turn, turnMemory } from './wire/turn.js';

interface PendingCall {
  readonly receive: (answer: FlatReader) => void;
  readonly reject: (error: Error) => void;
}

/** The thread runs compiled code: from sources (under a test runner), that is what the build left in `dist`. */
const entryUrl = import.meta.url.endsWith('.ts')
  ? new URL('../../../dist/store/sqlite/thread/entry.js', import.meta.url)
  : new URL('./thread/entry.js', import.meta.url);

/** For the slowest disk; whoever ends a process does not wait for longer. */
const holdPatienceMs = 5_000;
const pageSizeBytes = 4096;
/** A row of about twenty values changes about three pages: its own and those of its indexes. */
const valuesPerPage = 6;

/** Of the threads that run. One listener holds them all: a process may have many stores. */
const turns = new Set<Turn>();
const holdAll = (): void => {
  for (const turn of turns) turn.hold(holdPatienceMs);
};

function holdAtExit(turn: Turn): void {
  if (turns.size === 0) process.on('exit', holdAll);
  turns.add(turn);
}

function releaseAtExit(turn: Turn): void {
  turns.delete(turn);
  if (turns.size === 0) process.off('exit', holdAll);
}

/** Calls operations on one store thread. */
export class ThreadClient {
  readonly #worker: Worker;
  readonly #turn: Turn;
  readonly #health: StoreHealth;
  readonly #calls = new InFlightMap<number, PendingCall>();
  readonly #opened: PendingOpen = pendingOpen();
  readonly #exited: Promise<void>;
  readonly #batch = new FlatWriter();
  #isFlushScheduled = false;
  #nextId = 1;
  #estimatedPages = 0;

  constructor(options: ThreadOptions, health: StoreHealth) {
    this.#health = health;
    const turn = turnMemory();
    this.#turn = new Turn(turn);
    const workerData: ThreadData = { ...options, turn };
    this.#worker = new Worker(entryUrl, { workerData, name: `store-${options.role}` });
    holdAtExit(this.#turn);
    this.#worker.on('message', (reply: ThreadReply) => this.#receive(reply));
    this.#worker.on('error', (error) => this.#lose(`stopped with an error (${error.message})`, error));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        releaseAtExit(this.#turn);
        this.#lose('ended');
        resolve();
      });
    });
  }

  /** Pages that the writes sent so far will have put into the log, roughly. */
  get estimatedPages(): number {
    return this.#estimatedPages;
  }

  /** Resolves when the writing connection is open. Rejects with `StoreOpenError`. */
  opened(): Promise<StoreIdentity> {
    return this.#opened.promise;
  }

  /** Lets the reader open the file. */
  openReader(): void {
    this.#worker.postMessage('open');
  }

  /** Calls an operation that only reads, in one message with all others of this turn of the event loop. */
  read<Result>(
    operation: Operation,
    write: (request: FlatWriter) => void,
    read: (answer: FlatReader) => Result,
  ): Promise<Result> {
    return this.#call(operation, read, (id) => {
      this.#batch
        .put(id)
        .put(operation)
        .section(() => write(this.#batch));
      if (this.#isFlushScheduled) return;
      this.#isFlushScheduled = true;
      setImmediate(() => this.#flush());
    });
  }

  /** Calls an operation that writes, at once. */
  write<Result>(
    operation: Operation,
    write: (request: FlatWriter) => void,
    read: (answer: FlatReader) => Result,
  ): Promise<Result> {
    return this.#call(operation, read, (id) => {
      const request = new FlatWriter();
      request
        .put(id)
        .put(operation)
        .section(() => write(request));
      const message = request.finish();
      this.#estimatedPages +=
        1 + (message.arena?.byteLength ?? 0) / pageSizeBytes + message.values.length / valuesPerPage;
      this.#post(message);
    });
  }

  /** Finishes what was sent and ends the thread. Works on a failed store too. */
  async close(): Promise<void> {
    this.#flush();
    const id = this.#nextId++;
    const request = new FlatWriter()
      .put(id)
      .put('close' satisfies Operation)
      .put(0);
    this.#post(request.finish());
    await this.#exited;
  }

  /** Ends the thread at once, after no more than the call into SQLite it is in. */
  async terminate(): Promise<void> {
    this.#turn.hold(holdPatienceMs);
    await this.#worker.terminate();
  }

  #call<Result>(
    operation: Operation,
    read: (answer: FlatReader) => Result,
    send: (id: number) => void,
  ): Promise<Result> {
    const refusal = this.#health.refusal(operation);
    if (refusal !== undefined) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#calls.set(id, { receive: (answer) => resolve(read(answer)), reject });
      send(id);
    });
  }

  #flush(): void {
    this.#isFlushScheduled = false;
    if (!this.#batch.isEmpty) this.#post(this.#batch.finish());
  }

  #post(message: FlatMessage): void {
    this.#worker.postMessage(message, transferList(message));
    this.#turn.posted();
  }

  #receive(reply: ThreadReply): void {
    switch (reply.kind) {
      case 'opened':
        this.#opened.resolve(reply.identity);
        return;
      case 'refused':
        this.#opened.reject(new StoreOpenError(reply.problem, reply.message));
        return;
      case 'answers':
        this.#receiveAnswers(new FlatReader(reply.message));
    }
  }

  #receiveAnswers(answers: FlatReader): void {
    while (!answers.isDone) {
      const id = answers.number();
      const status = answers.number();
      const call = this.#calls.take(id);
      if (status === answerStatus.done) answers.section(() => receive(call, answers));
      else if (status === answerStatus.rejected) call?.reject(new StoreRequestError(answers.string()));
      else call?.reject(this.#health.fail(answers.string()));
    }
  }

  /** Without its thread the store is lost; after `close` there is nothing left to lose. */
  #lose(how: string, cause?: unknown): void {
    const problem = `The SQLite thread ${how}`;
    this.#opened.reject(
      new StoreOpenError('unavailable', `${problem}: nothing was opened. Start the server again.`, { cause }),
    );
    if (this.#calls.size === 0 && this.#health.isClosed) return;
    const failure = this.#health.fail(`${problem}. Nothing more is accepted: start the server again.`, cause);
    for (const call of this.#calls.values()) call.reject(failure);
    this.#calls.clear();
  }
}

/** An answer that cannot be read fails its own call, not the ones behind it in the same message. */
function receive(call: PendingCall | undefined, answer: FlatReader): void {
  try {
    call?.receive(answer);
  } catch (error) {
    call?.reject(error instanceof Error ? error : new StoreRequestError(String(error)));
  }
}

interface PendingOpen {
  readonly promise: Promise<StoreIdentity>;
  readonly resolve: (identity: StoreIdentity) => void;
  readonly reject: (error: Error) => void;
}

function pendingOpen(): PendingOpen {
  let resolve: PendingOpen['resolve'] | undefined;
  let reject: PendingOpen['reject'] | undefined;
  const promise = new Promise<StoreIdentity>((...settle) => ([resolve, reject] = settle));
  // A thread that is lost before anyone asked whether it opened must not end the process.
  promise.catch(() => undefined);
  return { promise, resolve: (identity) => resolve?.(identity), reject: (error) => reject?.(error) };
}
