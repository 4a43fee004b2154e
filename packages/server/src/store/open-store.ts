import { openMemoryStore } from './memory/open.js';
import type { MemoryStoreOptions } from './memory/open.js';
import { openSqliteStore } from './sqlite/open.js';
import type { SqliteStoreOptions } from './sqlite/open.js';
import type { Store } from './store.js';

/** How to open a store, by kind. */
export type StoreOptions = MemoryStoreOptions | SqliteStoreOptions;

/** Opens or creates a store. Throws `StoreOpenError` when it cannot be used. */
export async function openStore(options: StoreOptions): Promise<Store> {
  switch (options.kind) {
    case 'memory':
      return openMemoryStore(options);
    case 'sqlite':
      return openSqliteStore(options);
  }
}
