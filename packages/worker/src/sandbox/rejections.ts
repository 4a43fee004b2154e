import type { AsyncLocalStorage } from 'node:async_hooks';
import { asyncLocalStorage } from '@perdure/activity/internal';

/** Somebody whose code may reject a promise that nobody waits for. */
export abstract class RejectionOwner {
  abstract failTask(error: unknown): void;
}

/**
 * Whether the runtime tells a listener in which run a promise was rejected. Bun does not: there, only one run may be woken
 * up in a turn of the event loop, and what is rejected in that turn is its own.
 */
export const rejectionsHaveContext: boolean = process.versions['bun'] === undefined;

/**
 * Whether a rejection that nobody waits for is told before the next immediate, or only in the next turn of the event loop. Node runs what
 * a callback leaves behind after each of its immediates; other runtimes promise nothing.
 */
export const rejectionsPrecedeNextImmediate: boolean =
  process.versions['bun'] === undefined && process.versions['deno'] === undefined;

/**
 * Where the contexts of activities are kept too: on Node 20 each storage in use makes every promise of the process bigger. Code is of an
 * activity or of a workflow, never of both.
 */
const owners: AsyncLocalStorage<unknown> = asyncLocalStorage;
let latestOwner: RejectionOwner | undefined;
let isListening = false;

/** Runs code, all of whose unhandled rejections are the owner's. They arrive before the next turn of the event loop. */
export function ownRejections<T>(owner: RejectionOwner, run: () => T): T {
  if (!isListening) {
    isListening = true;
    process.on('unhandledRejection', deliver);
  }
  latestOwner = owner;
  return owners.run(owner, run);
}

function deliver(reason: unknown, promise: unknown): void {
  const running = owners.getStore();
  const owner = running instanceof RejectionOwner ? running : ownerWithoutContext(promise);
  if (owner !== undefined) {
    owner.failTask(reason);
    return;
  }
  // Not of a workflow: with a listener of ours in place Node would swallow it, so that the application would not hear of it.
  if (process.listenerCount('unhandledRejection') === 1) {
    throw reason instanceof Error ? reason : new Error(`Unhandled rejection: ${String(reason)}`, { cause: reason });
  }
}

/** Promises of workflows are of the sandbox's own class. */
function ownerWithoutContext(promise: unknown): RejectionOwner | undefined {
  return rejectionsHaveContext || promise instanceof Promise ? undefined : latestOwner;
}
