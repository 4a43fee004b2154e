import v8 from 'node:v8';

const FRAMES = 200;

/**
 * Finds out where code is that does not end, from the middle of it. The stack of the moment often says so. It does not between the parts
 * of asynchronous functions, which is where a loop of `await` is seen nearly always: then the next promise tells that is made.
 */
export class Whereabouts {
  private found: string | undefined;
  private stopListening: (() => void) | undefined;

  /** Looks for code of a script, and says when it was found. */
  look(file: string, onFound: () => void): void {
    this.end();
    this.found = undefined;
    if (this.isIn(file)) {
      onFound();
      return;
    }
    this.stopListening = v8.promiseHooks.onInit(() => {
      if (this.stopListening === undefined || !this.isIn(file)) return;
      this.end();
      onFound();
    }) as () => void;
  }

  /** Looks no further. */
  end(): void {
    this.stopListening?.();
    this.stopListening = undefined;
  }

  /** The stack that was found, a line a frame, as V8 writes it; undefined if none was. */
  take(): string | undefined {
    const { found } = this;
    this.found = undefined;
    return found;
  }

  private isIn(file: string): boolean {
    const stack = currentStack();
    if (!stack.includes(file)) return false;
    this.found = stack;
    return true;
  }
}

/** Whatever the application has made of stacks, and however short it has them. */
function currentStack(): string {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = FRAMES;
  Error.prepareStackTrace = (_, frames) => frames.map((frame) => `    at ${String(frame)}`).join('\n');
  try {
    return String(new Error().stack);
  } finally {
    Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  }
}
