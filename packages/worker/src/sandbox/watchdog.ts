import { createRequire } from 'node:module';
import { isMainThread, Worker } from 'node:worker_threads';
import { expectInterruption } from './interrupted-continuations.js';
import {
  CELL_COUNT,
  FOUND_CELL,
  LIMIT_CELL,
  POWERLESS,
  RUNNING_CELL,
  STOPPING,
  TOLD_CELL,
  watchdogThread,
  type WatchdogThreadData,
} from './watchdog-thread.js';
import { Whereabouts } from './whereabouts.js';

const HANDLE = '@perdure/worker watchdog';
const LARGEST = 2 ** 31 - 4;

/**
 * A thread that stops code of the main thread which does not end. Unlike the time limit of a script, which starts a thread each time it is
 * used, it costs next to nothing until it is needed. What it stops is gone up to the event loop, `finally` blocks included: only code
 * that was called by the event loop directly, and that leaves nothing behind in disorder, may be watched. See `callAlone`.
 */
export class Watchdog {
  private readonly cells = new Int32Array(new SharedArrayBuffer(CELL_COUNT * Int32Array.BYTES_PER_ELEMENT));
  /** Odd while something runs. */
  private running = 0;
  /** The script that holds what runs. */
  private file = '';
  private readonly whereabouts = new Whereabouts();
  private restore: (() => void) | undefined;
  private state: 'starting' | 'watching' | 'useless' = 'starting';

  private constructor() {
    const call = (method: string): string => `globalThis[Symbol.for(${JSON.stringify(HANDLE)})]?.${method}()`;
    const data: WatchdogThreadData = {
      cells: this.cells.buffer,
      runningCell: RUNNING_CELL,
      limitCell: LIMIT_CELL,
      toldCell: TOLD_CELL,
      foundCell: FOUND_CELL,
      stopping: STOPPING,
      powerless: POWERLESS,
      look: call('look'),
      preparation: call('prepareStop'),
    };
    const handle = { look: () => this.look(), prepareStop: () => this.prepareStop() };
    Object.defineProperty(globalThis, Symbol.for(HANDLE), { value: handle, configurable: true });
    const thread = new Worker(`(${watchdogThread.toString()})(require)`, {
      eval: true,
      workerData: data,
      name: 'perdure-watchdog',
      // What the application gave its own process (`--inspect`, loaders) is not for this thread.
      execArgv: [],
      env: {},
    });
    thread.unref();
    thread.once('message', () => (this.state = 'watching'));
    thread.on('error', () => (this.state = 'useless'));
    thread.on('exit', () => (this.state = 'useless'));
  }

  /** Starts one; undefined where there is no way to stop the code of another thread. */
  static start(): Watchdog | undefined {
    if (!isMainThread || !canStopMainThread()) return undefined;
    try {
      return new Watchdog();
    } catch {
      // Threads may be forbidden.
      return undefined;
    }
  }

  /** Whether it can be relied on: not before its thread has started. */
  get isWatching(): boolean {
    return this.state === 'watching';
  }

  /** Something begins that may take so long, and whose code is in a script of this name. */
  begin(limitMs: number, file: string): void {
    this.file = file;
    Atomics.store(this.cells, LIMIT_CELL, Math.ceil(limitMs));
    this.running = this.running >= LARGEST ? 1 : this.running + (this.running % 2 === 0 ? 1 : 2);
    Atomics.store(this.cells, RUNNING_CELL, this.running);
  }

  /** It is over, and something else begins that may take as long again. */
  next(): void {
    this.moveTo(this.running >= LARGEST ? 1 : this.running + 2);
  }

  /** It is over. */
  end(): void {
    this.moveTo(this.running + 1);
  }

  /** To be called after what ran was stopped: the thread goes on watching. */
  recover(): void {
    this.restore?.();
    this.restore = undefined;
    // Never the same number again: the thread may have it in mind.
    this.running += this.running % 2 === 0 ? 0 : 1;
    Atomics.store(this.cells, RUNNING_CELL, this.running);
    Atomics.notify(this.cells, RUNNING_CELL);
  }

  /** After what ran was stopped: the stack it had, as V8 writes it, from the innermost call on; undefined if that is not known. */
  takeStack(): string | undefined {
    return this.whereabouts.take();
  }

  /** Called in the middle of what is to be stopped. */
  private look(): void {
    this.whereabouts.look(this.file, () => {
      Atomics.store(this.cells, FOUND_CELL, 1);
      Atomics.notify(this.cells, FOUND_CELL);
    });
  }

  /**
   * Called in the middle of what is to be stopped. The order to stop has to be there already: nothing may run after the continuations
   * under way are forgotten.
   */
  private prepareStop(): void {
    this.whereabouts.end();
    while (Atomics.exchange(this.cells, TOLD_CELL, 0) !== 1);
    this.restore = expectInterruption();
  }

  private moveTo(next: number): void {
    let found = Atomics.compareExchange(this.cells, RUNNING_CELL, this.running, next);
    // It is going to be stopped, here or a moment ago: it must not leave for where something else would be.
    while (found === STOPPING) found = Atomics.load(this.cells, RUNNING_CELL);
    if (found === POWERLESS) {
      this.state = 'useless';
      Atomics.store(this.cells, RUNNING_CELL, next);
    }
    this.running = next;
  }
}

let shared: { readonly watchdog: Watchdog | undefined } | undefined;

/** The watchdog of this process; undefined where there cannot be one. */
export function processWatchdog(): Watchdog | undefined {
  shared ??= { watchdog: Watchdog.start() };
  return shared.watchdog;
}

/** Whether there is a watchdog at work, so that sandboxes can be entered at little cost by who is called alone. */
export function isWatched(): boolean {
  return shared?.watchdog?.isWatching === true;
}

function canStopMainThread(): boolean {
  if (process.versions['bun'] !== undefined || process.versions['deno'] !== undefined) return false;
  try {
    const require = createRequire(import.meta.url);
    const { Session } = require('node:inspector') as { Session?: { prototype: object } };
    return Session !== undefined && 'connectToMainThread' in Session.prototype;
  } catch {
    // Node can be built without an inspector.
    return false;
  }
}
