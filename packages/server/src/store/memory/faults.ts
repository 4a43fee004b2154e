/** The writes a simulated disk tells apart. */
export type WriteOperation = 'acquireShard' | 'commit' | 'materialise' | 'records' | 'table';

/** What a simulated disk may be told to do wrong. */
export interface MemoryFaults {
  /**
   * Called before a write takes effect. Throwing fails the write and, as with a real disk, the whole store;
   * a promise delays this write and everything behind it.
   */
  beforeWrite?(operation: WriteOperation): void | Promise<void>;
}
