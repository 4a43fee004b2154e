import type { SqlDatabase } from './driver.js';
import { bytesOf } from './wire/columns.js';

/** Small values by key. */
export class MetadataRows {
  readonly #get;
  readonly #set;
  readonly #remove;

  constructor(database: SqlDatabase) {
    this.#get = database.prepare('SELECT value FROM metadata WHERE key = ?');
    this.#set = database.prepare(
      'INSERT INTO metadata (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2',
    );
    this.#remove = database.prepare('DELETE FROM metadata WHERE key = ?');
  }

  get(key: string): Uint8Array | undefined {
    const row = this.#get.get(key);
    return row === undefined ? undefined : bytesOf(row.value);
  }

  set(key: string, value: Uint8Array | undefined): void {
    if (value === undefined) this.#remove.run(key);
    else this.#set.run(key, value);
  }
}
