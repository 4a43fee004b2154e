import { sqliteCodes, sqliteResultCode } from '../driver.js';
import type { FlatReader } from '../wire/flat.js';
import type { Operation } from '../wire/messages.js';

/** A write that waits for its turn. */
export interface WriteTask {
  readonly id: number;
  readonly operation: Operation;
  /** Positioned at the arguments of the operation. */
  readonly request: FlatReader;
}

const fatalCodes: readonly number[] = [
  sqliteCodes.ioError,
  sqliteCodes.corrupt,
  sqliteCodes.full,
  sqliteCodes.cannotOpen,
  sqliteCodes.notADatabase,
];

/** Whether an error says that the file or the disk cannot be trusted any more, rather than that a request was wrong. */
export function isFatal(error: unknown): boolean {
  const code = sqliteResultCode(error);
  return code !== undefined && fatalCodes.includes(code);
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
