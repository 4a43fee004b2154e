import vm from 'node:vm';

/** Code under guard ran longer than it may, and was stopped where it was. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';
}

/**
 * Stops code that does not end: a script with a time limit around it. V8 starts a thread for each such script, which costs some 75 us,
 * so code under one guard should be worth it.
 */
export class Guard {
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

  /** Runs the code. It is told whether at least half of the time is left. Throws `TimeLimitError` if it did not end in time. */
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

interface AsyncWrap {
  clearAsyncIdStack?(): void;
}

/**
 * Node keeps a stack of the continuations it is in, and ends the process if it is not empty when it should be. A continuation that was
 * stopped never left it. There is no public way to say so; where this one is missing (newer versions keep no such stack) none is needed.
 */
function forgetInterruptedContinuations(): void {
  const { binding } = process as unknown as { binding?: (name: string) => AsyncWrap };
  const { noDeprecation } = process;
  process.noDeprecation = true;
  try {
    binding?.('async_wrap').clearAsyncIdStack?.();
  } catch {
    // Not there: then neither is the stack.
  } finally {
    process.noDeprecation = noDeprecation;
  }
}
