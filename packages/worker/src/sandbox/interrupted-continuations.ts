/**
 * Node keeps a stack of the continuations it is in, and ends the process if it is not as it should be when a callback is over. A
 * continuation that was stopped never left it. There is no public way to say so; where this one is missing (from Node 24 on, which keeps no
 * such stack for promises) none is needed.
 */
interface AsyncWrap {
  clearAsyncIdStack?(): void;
  readonly async_hook_fields?: Uint32Array;
  readonly constants?: { readonly kCheck?: number };
}

let wrap: AsyncWrap | undefined;
let isLookedUp = false;

/** After continuations were stopped. */
export function forgetInterruptedContinuations(): void {
  asyncWrap()?.clearAsyncIdStack?.();
}

/**
 * Right before continuations are stopped. One more may still begin after this, which leaves one entry on the stack: Node is not to look
 * whose it is. Gives what puts that in order, to be called when they have been stopped.
 */
export function expectInterruption(): () => void {
  const found = asyncWrap();
  const { async_hook_fields: fields, constants } = found ?? {};
  const kCheck = constants?.kCheck;
  found?.clearAsyncIdStack?.();
  if (fields === undefined || kCheck === undefined) return () => undefined;
  const before = fields[kCheck] as number;
  fields[kCheck] = 0;
  return () => {
    fields[kCheck] = before;
  };
}

function asyncWrap(): AsyncWrap | undefined {
  if (isLookedUp) return wrap;
  isLookedUp = true;
  const { binding } = process as unknown as { binding?: (name: string) => AsyncWrap };
  const { noDeprecation } = process;
  process.noDeprecation = true;
  try {
    wrap = binding?.('async_wrap');
  } catch {
    // Not there: then neither is the stack.
  } finally {
    process.noDeprecation = noDeprecation;
  }
  return wrap;
}
