import { closeSync, existsSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { StoreOpenError } from '../../errors.js';
import type { StoreIdentity } from '../../store.js';
import { loadSqlite, sqliteCodes, sqliteResultCode } from '../driver.js';
import type { SqlDatabase } from '../driver.js';
import { migrations } from '../migrations.js';
import type { ThreadOptions } from '../wire/messages.js';
import { lockFile } from './file-lock.js';
import { identifyFile, migrate } from './schema.js';

/** Files up to this size are checked through when they are opened; larger ones would delay the start. */
const checkedFileBytes = 32 * 1024 * 1024;
/** The writer folds the log back by itself only when the checkpoints beside it cannot keep up (64 MB). */
const forcedCheckpointPages = 16_384;
/** A log that grew past this while it could not be folded back is cut down again. */
const logSizeLimitBytes = 128 * 1024 * 1024;
/** Indexes by run and workflow id are hit at random; what is not cached is read through system calls. */
const writerCacheBytes = 32 * 1024 * 1024;
const pageSizeBytes = 4096;
const busyTimeoutMs = 5_000;

/** An open database and what has to be released with it. */
export interface Connection {
  readonly database: SqlDatabase;
  readonly identity: StoreIdentity;
  close(): void;
}

/** Opens a file for writing, or a database in memory: locks, checks, creates or migrates. Throws `StoreOpenError`. */
export async function openForWriting(options: ThreadOptions): Promise<Connection> {
  const { DatabaseSync } = await loadSqlite();
  if (options.path === undefined) {
    const database = new DatabaseSync(':memory:');
    return { database, identity: prepare(database, ':memory:', options), close: () => database.close() };
  }
  const path = existsSync(options.path) ? realpathSync(options.path) : options.path;
  const lock = lockFile(DatabaseSync, path);
  try {
    checkHeader(path);
    const database = new DatabaseSync(path);
    try {
      database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
      identifyFile(database, path);
      database.exec('PRAGMA journal_mode = WAL');
      checkSmallFile(database, path);
      const identity = prepare(database, path, options);
      const close = (): void => {
        database.close();
        lock.release();
      };
      return { database, identity, close };
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    lock.discard();
    throw describeOpenError(error, path);
  }
}

/** Opens a file that `openForWriting` has open in this process, for reading only. */
export async function openForReading(path: string): Promise<SqlDatabase> {
  const { DatabaseSync } = await loadSqlite();
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA query_only = ON; PRAGMA temp_store = MEMORY`);
  return database;
}

function prepare(database: SqlDatabase, location: string, options: ThreadOptions): StoreIdentity {
  database.exec(`
    PRAGMA synchronous = FULL;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -${writerCacheBytes / 1024};
    PRAGMA wal_autocheckpoint = ${forcedCheckpointPages};
    PRAGMA journal_size_limit = ${logSizeLimitBytes};
  `);
  if (options.maximumSizeBytes !== undefined) {
    database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(options.maximumSizeBytes / pageSizeBytes))}`);
  }
  migrate(database, location, migrations);
  return readIdentity(database, location, options);
}

/** Reads what was fixed when the store was created, or fixes it now. */
function readIdentity(database: SqlDatabase, location: string, options: ThreadOptions): StoreIdentity {
  database
    .prepare(
      `INSERT INTO store_identity (cluster_id, shard_count)
       SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM store_identity)`,
    )
    .run(options.clusterId, options.shardCount ?? 1);
  const row = database.prepare('SELECT cluster_id, shard_count FROM store_identity').get();
  const shardCount = row?.shard_count as number;
  if (options.shardCount !== undefined && options.shardCount !== shardCount) {
    throw new StoreOpenError(
      'shard-count-mismatch',
      `${location} was created with ${shardCount} shards, not ${options.shardCount}: leave the shard count out.`,
    );
  }
  return {
    kind: 'sqlite',
    location,
    clusterId: row?.cluster_id as string,
    shardCount,
    schemaVersion: migrations.length,
  };
}

/** A file that is not SQLite's must not even be touched, so its first bytes are looked at before SQLite sees it. */
function checkHeader(path: string): void {
  if (!existsSync(path) || statSync(path).size === 0) return;
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(16);
    readSync(file, header, 0, header.byteLength, 0);
    if (header.toString('latin1') === 'SQLite format 3\0') return;
  } finally {
    closeSync(file);
  }
  throw new StoreOpenError(
    'foreign-file',
    `${path} is not a Perdure database (it does not begin like one): give another path, or restore it from a backup.`,
  );
}

function checkSmallFile(database: SqlDatabase, path: string): void {
  if (statSync(path).size > checkedFileBytes) return;
  const result = database.prepare('PRAGMA quick_check(1)').get()?.quick_check;
  if (result !== undefined && result !== 'ok') throw corrupt(path, String(result));
}

function describeOpenError(error: unknown, path: string): StoreOpenError {
  if (error instanceof StoreOpenError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = sqliteResultCode(error);
  if (code === sqliteCodes.corrupt || code === sqliteCodes.notADatabase) return corrupt(path, message, error);
  const advice = 'check that the folder exists, is writable and has space';
  return new StoreOpenError('unavailable', `${path} cannot be opened (${oneLine(message)}): ${advice}.`, {
    cause: error,
  });
}

function corrupt(path: string, finding: string, cause?: unknown): StoreOpenError {
  return new StoreOpenError(
    'corrupt',
    `${path} is damaged (${oneLine(finding)}): restore it from a backup, or move it away to start empty.`,
    { cause },
  );
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, '; ');
}
