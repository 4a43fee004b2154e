import vm from 'node:vm';
import { forgetInterruptedContinuations } from './interrupted-continuations.js';
import type { Watchdog } from './watchdog.js';

/** Code under guard ran longer than it may, and was stopped where it was. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';
}

/** Keeps code within a time. */
export interface TimeLimit {
  /** Runs the code. It is told whether there is time for more. Throws `TimeLimitError`, or never returns, if it did not end in time. */
  run(code: (hasTime: () => boolean) => void): void;
}

/** How long all code under one watched limit may go on before the event loop gets a turn. */
const LONGEST_WATCHED_MS = 50;

/** A time limit which the watchdog of the process sees to. The code has to be called by itself: see `Watchdog`. */
export class WatchedLimit implements TimeLimit {
  constructor(
    private readonly watchdog: Watchdog,
    private readonly limitMs: number,
    /** The name of the script that holds the code. */
    private readonly file: string,
  ) {}

  run(code: (hasTime: () => boolean) => void): void {
    const { watchdog } = this;
    const untilMs = performance.now() + LONGEST_WATCHED_MS;
    watchdog.begin(this.limitMs, this.file);
    try {
      code(() => {
        watchdog.next();
        return performance.now() < untilMs;
      });
    } finally {
      watchdog.end();
    }
  }
}

/**
 * Stops code that does not end: a script with a time limit around it. V8 starts a thread for each such script, which costs some 75 us,
 * so code under one guard should be worth it.
 */
export class Guard implements TimeLimit {
  private readonly script: vm.Script;
  private readonly context: vm.Context;
  private pending: (() => void) | undefined;
  /** What the last guard cost beyond the code under it, in milliseconds. */
  overheadMs = 0;

  /** Without a limit code is run as it is. */
  constructor(private readonly limitMs: number | undefined) {
    this.context = vm.createContext({ run: () => this.pending?.() }, { name: 'guard' });
    this.script = new vm.Script('run()', { filename: 'perdure:guard' });
  }

  /** There is time for more code as long as half of it is left. Throws `TimeLimitError`. */
  run(code: (hasTime: () => boolean) => void): void {
    const { limitMs } = this;
    if (limitMs === undefined) {
      code(() => true);
      return;
    }
    const startedAtMs = performance.now();
    const enoughUntilMs = startedAtMs + limitMs / 2;
    let codeMs = 0;
    this.pending = () => {
      const beganAtMs = performance.now();
      code(() => performance.now() < enoughUntilMs);
      codeMs = performance.now() - beganAtMs;
    };
    try {
      this.script.runInContext(this.context, { timeout: limitMs });
      this.overheadMs = performance.now() - startedAtMs - codeMs;
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      forgetInterruptedContinuations();
      throw new TimeLimitError();
    } finally {
      this.pending = undefined;
    }
  }
}
