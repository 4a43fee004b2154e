/**
 * Where the frames of the framework begin, seen from the top of a stack: everything from the first match down is left out.
 * Our own framework enters user code through {@link callUserCode}; a sandbox through `vm`.
 */
const FRAMEWORK_BEGINS = [/^\s+at (?:async )?(?:\S+\.)?callUserCode \(/, /^\s+at Script\.runInContext \((?:node:)?vm/];

/** Runs code of the user, in a frame at which {@link cutoffStackTrace} cuts. */
export function callUserCode<T>(run: () => T): T {
  return run();
}

/** The part of a stack trace that is the user's: up to where the framework called in. Empty if there is none. */
export function cutoffStackTrace(stack?: string): string {
  const lines = (stack ?? '').split(/\r?\n/);
  const end = lines.findIndex((line) => FRAMEWORK_BEGINS.some((pattern) => pattern.test(line)));
  return (end === -1 ? lines : lines.slice(0, end)).join('\n');
}
