/**
 * Owns durability: the journal, the tables made from it, and the adapters (memory, SQLite) behind one port.
 * Must not know what transitions, snapshots, events or namespace records mean.
 */
export {
  ShardFencedError,
  StoreClosedError,
  StoreError,
  StoreFailedError,
  StoreOpenError,
  StoreRequestError,
} from './errors.js';
export type { StoreOpenProblem } from './errors.js';
export { MemoryDisk } from './memory/disk.js';
export type { MemoryFaults } from './memory/faults.js';
export { openStore } from './open-store.js';
export type { StoreOptions } from './open-store.js';
export { maximumJournalPosition } from './rows.js';
export type * from './rows.js';
export type * from './store.js';
