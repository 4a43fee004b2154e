import type { SqlValue } from '../driver.js';

/** Bytes of a BLOB column. SQLite stores an empty byte array as NULL. */
export function bytesOf(value: SqlValue | undefined): Uint8Array {
  return (value ?? new Uint8Array()) as Uint8Array;
}
