import { MemoryTables } from './tables.js';

/** A change to the tables, kept so that it can be made again on the synced copy. */
export type Change = (tables: MemoryTables) => void;

/** What a memory store keeps its data on. Open it again and the data is still there; lose power and un-synced data is not. */
export class MemoryDisk {
  #visible = new MemoryTables();
  /** The tables as they would be found after a power cut; undefined when power cuts are not simulated. */
  #synced: MemoryTables | undefined;
  #unsynced: Change[] = [];
  readonly location: string;
  clusterId: string | undefined;
  shardCount: number | undefined;
  inUse = false;

  /** `powerCuts` doubles the memory used, for simulating `losePower`. */
  constructor(options: { readonly name?: string; readonly powerCuts?: boolean } = {}) {
    this.location = options.name ?? 'memory';
    if (options.powerCuts === true) this.#synced = new MemoryTables();
  }

  /** What reads see. */
  get tables(): MemoryTables {
    return this.#visible;
  }

  /** Makes a change that has already been made to `tables` durable at the next `sync`. */
  record(change: Change): void {
    if (this.#synced !== undefined) this.#unsynced.push(change);
  }

  /** Everything recorded so far survives a power cut from here on. */
  sync(): void {
    if (this.#synced === undefined) return;
    for (const change of this.#unsynced) change(this.#synced);
    this.#unsynced = [];
  }

  /** Forgets what was never synced, and lets the disk be opened again. The store that was using it must not be used. */
  losePower(): void {
    if (this.#synced === undefined)
      throw new TypeError('Create the MemoryDisk with powerCuts to simulate losing power.');
    this.#unsynced = [];
    this.#visible = this.#synced.clone();
    this.inUse = false;
  }
}
