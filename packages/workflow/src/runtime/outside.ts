import type { AsyncLocalStorage as NodeAsyncLocalStorage } from 'node:async_hooks';

/** What the runtime needs of the world outside its sandbox. Handed in once, when the sandbox is made. */
export interface Outside {
  /** Node's class, or one like it: what tells which scope a continuation belongs to. */
  readonly AsyncLocalStorage: new <T>() => NodeAsyncLocalStorage<T>;
}

let outside: Outside | undefined;

/** Sets what the runtime needs of the world outside. Once, before anything else. */
export function setOutside(value: Outside): void {
  outside = value;
}

/** A new storage that follows continuations. */
export function newAsyncLocalStorage<T>(): NodeAsyncLocalStorage<T> {
  if (outside === undefined) {
    throw new Error(
      'Workflow code can only run inside a worker: start the workflow with a client instead of calling it.',
    );
  }
  return new outside.AsyncLocalStorage<T>();
}
