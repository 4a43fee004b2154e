import { dirname, resolve } from 'node:path';
import { mkdirSync } from 'node:fs';
import { StoreOpenError } from '../errors.js';
import { Checkpoints } from './checkpoints.js';
import { StoreHealth } from './health.js';
import { SqliteStore } from './store.js';
import { ThreadClient } from './thread-client.js';
import type { ThreadOptions } from './wire/messages.js';

/** Journal keys are exact up to this many shards. */
export const maximumShardCount = 8_192;

/** How to open a store on SQLite. */
export interface SqliteStoreOptions {
  readonly kind: 'sqlite';
  /** The database file, created with its folder when it does not exist; `:memory:` keeps everything in memory. */
  readonly path: string;
  /** Used when the file is new. */
  readonly clusterId: string;
  /** Used when the file is new; must match otherwise, when given. Default: 1. */
  readonly shardCount?: number | undefined;
  /** The file is not let grow past this; writes then fail as on a full disk. Default: no limit. */
  readonly maximumSizeBytes?: number | undefined;
}

/** Opens or creates a store on SQLite. Throws `StoreOpenError` with one line that says what, where and what to do. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  const { clusterId, shardCount, maximumSizeBytes } = options;
  if (
    shardCount !== undefined &&
    !(Number.isInteger(shardCount) && shardCount >= 1 && shardCount <= maximumShardCount)
  ) {
    throw new RangeError(`shardCount is ${shardCount}: give a whole number from 1 to ${maximumShardCount}.`);
  }
  const path = options.path === ':memory:' ? undefined : resolve(options.path);
  if (path !== undefined) createFolder(path);
  const health = new StoreHealth();
  const threadOptions = { path, clusterId, shardCount, maximumSizeBytes };
  return path === undefined ? openInMemory(threadOptions, health) : openFile(threadOptions, health);
}

type Location = Omit<ThreadOptions, 'role'>;

async function openInMemory(location: Location, health: StoreHealth): Promise<SqliteStore> {
  const thread = new ThreadClient({ ...location, role: 'both' }, health);
  return new SqliteStore(await thread.opened(), thread, thread, health, undefined);
}

/** Both threads start at once, because starting one takes longer than opening the file. */
async function openFile(location: Location, health: StoreHealth): Promise<SqliteStore> {
  const writer = new ThreadClient({ ...location, role: 'writer' }, health);
  const reader = new ThreadClient({ ...location, role: 'reader' }, health);
  try {
    const identity = await writer.opened();
    reader.openReader();
    const checkpoints = new Checkpoints(writer, () => startReader(location, health));
    return new SqliteStore(identity, writer, reader, health, checkpoints);
  } catch (error) {
    await reader.terminate();
    throw error;
  }
}

function startReader(location: Location, health: StoreHealth): ThreadClient {
  const thread = new ThreadClient({ ...location, role: 'reader' }, health);
  thread.openReader();
  return thread;
}

function createFolder(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new StoreOpenError('unavailable', `${path} cannot be created (${message}): check the folder's permissions.`, {
      cause,
    });
  }
}
