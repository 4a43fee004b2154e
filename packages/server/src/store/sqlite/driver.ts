import { StoreOpenError } from '../errors.js';

/** What may be bound to a statement. Empty byte arrays may come back as NULL. */
export type SqlValue = string | number | Uint8Array | null;

/** A row by column name. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** The part of `StatementSync` we use (https://nodejs.org/api/sqlite.html#class-statementsync). */
export interface SqlStatement {
  run(...values: readonly SqlValue[]): { readonly changes: number | bigint };
  get(...values: readonly SqlValue[]): SqlRow | undefined;
  all(...values: readonly SqlValue[]): readonly SqlRow[];
  iterate(...values: readonly SqlValue[]): IterableIterator<SqlRow>;
}

/** The part of `DatabaseSync` we use (https://nodejs.org/api/sqlite.html#class-databasesync). */
export interface SqlDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqlStatement;
  close(): void;
}

interface SqliteModule {
  readonly DatabaseSync: new (path: string) => SqlDatabase;
}

/** Loads the SQLite built into Node (22.13 and later, without a flag), or the package with the same API. */
export async function loadSqlite(): Promise<SqliteModule> {
  return (loadBuiltin() ?? (await loadPackage())) as SqliteModule;
}

/** 30 MB with binaries for every platform, so it is installed by those only who need it. */
async function loadPackage(): Promise<unknown> {
  try {
    return await import('@photostructure/sqlite');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new StoreOpenError(
      'unavailable',
      `Node ${process.versions.node} has no SQLite of its own: use Node 22.13 or later, run \`npm install @photostructure/sqlite\`, ` +
        'or keep everything in memory',
      { cause: error },
    );
  }
}

/** Node 22 says on stderr, for every thread, that its SQLite is experimental; we use only what has settled. */
function loadBuiltin(): unknown {
  const { emitWarning } = process;
  process.emitWarning = (): void => undefined;
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** SQLite's result code of an error it raised, extended codes reduced to primary ones; undefined for other errors. */
export function sqliteResultCode(error: unknown): number | undefined {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
}

/** Primary result codes we tell apart (https://www.sqlite.org/rescode.html). */
export const sqliteCodes = {
  busy: 5,
  locked: 6,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  constraint: 19,
  notADatabase: 26,
};
