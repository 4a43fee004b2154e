import { existsSync, rmSync } from 'node:fs';
import { StoreOpenError } from '../../errors.js';
import { sqliteCodes, sqliteResultCode } from '../driver.js';
import type { SqlDatabase } from '../driver.js';

/** A lock held until it is released or the process ends, however it ends. */
export interface FileLock {
  release(): void;
  /** Releases it, and removes the lock file if this call made it: for a file that turned out not to be ours. */
  discard(): void;
}

/**
 * Locks a database file for this process. The lock is an open exclusive transaction on an empty SQLite file beside it,
 * because the operating system gives such locks up when a process dies, and because the main file must stay readable
 * for our own reader connection. The lock file stays behind: removing it once the lock is given up would let two processes
 * lock different files.
 */
export function lockFile(DatabaseSync: new (path: string) => SqlDatabase, path: string): FileLock {
  const lockPath = `${path}-lock`;
  const wasThere = existsSync(lockPath);
  let database: SqlDatabase | undefined;
  try {
    database = new DatabaseSync(lockPath);
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    const code = sqliteResultCode(error);
    if (code === sqliteCodes.busy || code === sqliteCodes.locked) {
      throw new StoreOpenError(
        'in-use',
        `${path} is in use by another server: stop that server, or give this one another path.`,
        { cause: error },
      );
    }
    const message = error instanceof Error ? error.message : String(error);
    throw new StoreOpenError(
      'unavailable',
      `${lockPath} cannot be locked (${message}): check that the folder exists and is writable, or remove the file.`,
      { cause: error },
    );
  }
  const locked = database;
  const discard = (): void => {
    // While the lock is held nobody else can have it on the file that goes away.
    if (!wasThere) rmSync(lockPath, { force: true });
    locked.close();
  };
  return { release: () => locked.close(), discard };
}
