import type { AsyncLocalStorage } from 'node:async_hooks';
import type { UpdateInfo } from '../interfaces.js';
import { newAsyncLocalStorage } from './outside.js';

let storage: AsyncLocalStorage<UpdateInfo> | undefined;

/** Runs an update's handler so that it can tell which update it carries out. */
export function runInUpdateScope<T>(info: UpdateInfo, fn: () => T): T {
  storage ??= newAsyncLocalStorage();
  return storage.run(info, fn);
}

/** The update that the code carries out, if it does. */
export function currentUpdate(): UpdateInfo | undefined {
  return storage?.getStore();
}
