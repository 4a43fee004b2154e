import type * as inspector from 'node:inspector';
import type * as threads from 'node:worker_threads';

/** The cell of a watchdog that holds the number of what runs now: even while nothing does. */
export const RUNNING_CELL = 0;
/** For how long it may, in milliseconds. */
export const LIMIT_CELL = 1;
/** 1 once the main thread has got all that it is told when it is to be stopped. */
export const TOLD_CELL = 2;
/** 1 once the main thread has found out where it is. */
export const FOUND_CELL = 3;
/** How many cells there are. */
export const CELL_COUNT = 4;

/** In place of what runs: the watchdog has decided to stop it. */
export const STOPPING = -1;
/** In place of what runs: the watchdog wanted to stop it and could not. */
export const POWERLESS = -2;

/** What a watchdog's thread is started with. */
export interface WatchdogThreadData {
  readonly cells: SharedArrayBuffer;
  readonly runningCell: number;
  readonly limitCell: number;
  readonly toldCell: number;
  readonly foundCell: number;
  readonly stopping: number;
  readonly powerless: number;
  /** What the main thread does to find out where it is. */
  readonly look: string;
  /** What it does right before it is stopped. */
  readonly preparation: string;
}

type NodeRequire = <T>(module: string) => T;

/**
 * The code of a watchdog's thread. It is handed to the thread as text, so that it also gets there from an application that was bundled
 * into one file: it must not use anything from outside.
 */
export function watchdogThread(require: NodeRequire): void {
  const { parentPort, workerData } = require<typeof threads>('node:worker_threads');
  const { Session } = require<typeof inspector>('node:inspector');
  const data = workerData as WatchdogThreadData;
  const { runningCell, limitCell, toldCell, foundCell, stopping, powerless, look, preparation } = data;
  const cells = new Int32Array(data.cells);
  /** What runs is looked at so many times within its limit: a clock that jumps, or a process that was suspended, counts as one. */
  const looks = 5;
  const shortestWaitMs = 5;
  /** So long may the main thread take to find out where it is. */
  const longestLookMs = 200;

  const connect = (): inspector.Session => {
    const session = new Session();
    session.connectToMainThread();
    return session;
  };

  const stop = (running: number): void => {
    // From here on the main thread does not leave what it is in before it is stopped, so that nothing else is hit.
    if (Atomics.compareExchange(cells, runningCell, running, stopping) !== running) return;
    try {
      const session = connect();
      Atomics.store(cells, foundCell, 0);
      session.post('Runtime.evaluate', { expression: look });
      Atomics.wait(cells, foundCell, 0, longestLookMs);
      session.post('Runtime.evaluate', { expression: preparation });
      session.post('Runtime.terminateExecution');
      Atomics.store(cells, toldCell, 1);
      Atomics.wait(cells, runningCell, stopping);
      session.disconnect();
    } catch {
      Atomics.store(cells, runningCell, powerless);
    }
  };

  // Fails here, and not when it counts, where it is not allowed.
  connect().disconnect();
  parentPort?.postMessage('watching');
  let seen = 0;
  let count = 0;
  for (;;) {
    const running = Atomics.load(cells, runningCell);
    const waitMs = Math.max(shortestWaitMs, Atomics.load(cells, limitCell) / looks);
    // Even numbers are pauses.
    const isSame = running > 0 && running % 2 === 1 && running === seen;
    count = isSame ? count + 1 : 0;
    seen = running;
    if (count > looks) {
      stop(running);
      count = 0;
    }
    Atomics.wait(cells, limitCell, Atomics.load(cells, limitCell), waitMs);
  }
}
