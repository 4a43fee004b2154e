import { AsyncLocalStorage } from 'node:async_hooks';

/** Somebody whose code may reject a promise that nobody waits for. */
export interface RejectionOwner {
  failTask(error: unknown): void;
}

const owners = new AsyncLocalStorage<RejectionOwner>();
let isListening = false;

/** Runs code, all of whose unhandled rejections are the owner's. They arrive before the next turn of the event loop. */
export function ownRejections<T>(owner: RejectionOwner, run: () => T): T {
  if (!isListening) {
    isListening = true;
    process.on('unhandledRejection', deliver);
  }
  return owners.run(owner, run);
}

function deliver(reason: unknown): void {
  const owner = owners.getStore();
  if (owner !== undefined) {
    owner.failTask(reason);
    return;
  }
  // Not of a workflow: with a listener of ours in place Node would swallow it, so that the application would not hear of it.
  if (process.listenerCount('unhandledRejection') === 1) {
    throw reason instanceof Error ? reason : new Error(`Unhandled rejection: ${String(reason)}`, { cause: reason });
  }
}
