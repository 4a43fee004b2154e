import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe } from 'vitest';
import { MemoryDisk } from '../../memory/disk.js';
import { openStore } from '../../open-store.js';
import type { AcquiredShard } from '../../rows.js';
import type { Store } from '../../store.js';

/** One adapter under test, with a place of its own for the length of one test. */
export class StoreHarness {
  #store: Store | undefined;

  constructor(
    readonly shardCount: number,
    /** Whether data survives closing and opening again. */
    readonly survivesReopening: boolean,
    private readonly openAgain: () => Promise<Store>,
    private readonly remove: () => void,
  ) {}

  /** The open store; opened when first asked for. */
  async store(): Promise<Store> {
    this.#store ??= await this.openAgain();
    return this.#store;
  }

  async reopen(): Promise<Store> {
    await this.#store?.close();
    this.#store = undefined;
    return this.store();
  }

  /** Opens a second store on the same place. */
  openSecond(): Promise<Store> {
    return this.openAgain();
  }

  async acquire(shardId = 0): Promise<AcquiredShard> {
    return (await this.store()).acquireShard({ shardId, ownerId: 'test', leaseUntilMs: 1_000 });
  }

  async dispose(): Promise<void> {
    await this.#store?.close();
    this.remove();
  }
}

/** Everything the contract holds for. */
const adapters: readonly (readonly [string, () => StoreHarness])[] = [1, 4].flatMap((shardCount) => [
  [`memory, ${shardCount} shards`, () => memoryHarness(shardCount)] as const,
  [`sqlite file, ${shardCount} shards`, () => fileHarness(shardCount)] as const,
  [`sqlite :memory:, ${shardCount} shards`, () => sqliteMemoryHarness(shardCount)] as const,
]);

/** Runs tests against every adapter, each test with a new store. */
export function describeEveryStore(define: (harness: () => StoreHarness) => void): void {
  describe.each(adapters)('%s', (_name, create) => {
    let harness: StoreHarness;
    beforeEach(() => {
      harness = create();
    });
    afterEach(() => harness.dispose());
    define(() => harness);
  });
}

/** A store in memory whose disk stays. */
export function memoryHarness(shardCount = 1): StoreHarness {
  const disk = new MemoryDisk();
  const open = (): Promise<Store> => openStore({ kind: 'memory', clusterId: 'cluster', shardCount, disk });
  return new StoreHarness(shardCount, true, open, () => undefined);
}

/** A store on a file in a folder of its own. */
export function fileHarness(shardCount = 1): StoreHarness {
  const folder = mkdtempSync(join(tmpdir(), 'perdure-store-'));
  const path = join(folder, 'test.sqlite');
  const open = (): Promise<Store> => openStore({ kind: 'sqlite', path, clusterId: 'cluster', shardCount });
  return new StoreHarness(shardCount, true, open, () => rmSync(folder, { recursive: true }));
}

function sqliteMemoryHarness(shardCount: number): StoreHarness {
  const open = (): Promise<Store> => openStore({ kind: 'sqlite', path: ':memory:', clusterId: 'cluster', shardCount });
  return new StoreHarness(shardCount, false, open, () => undefined);
}
