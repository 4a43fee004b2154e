import { spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreOpenError } from '../errors.js';
import type { StoreOpenProblem } from '../errors.js';
import { ENDS_WITH_PARENT } from '../../testing/ends-with-parent.js';
import { openStore } from '../open-store.js';
import type { Store } from '../store.js';
import { loadSqlite } from './driver.js';

const childPath = fileURLToPath(new URL('../contract/testing/writer-child.mjs', import.meta.url));

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perdure-open-'));
  path = join(folder, 'test.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true }));

function open(changes: { readonly shardCount?: number; readonly path?: string } = {}): Promise<Store> {
  return openStore({ kind: 'sqlite', path, clusterId: 'cluster', ...changes });
}

async function expectRefused(
  problem: StoreOpenProblem,
  words: string,
  opening: Promise<Store> = open(),
): Promise<void> {
  const error = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreOpenError);
  const { message } = error as StoreOpenError;
  expect({ problem: (error as StoreOpenError).problem, message }).toEqual({
    problem,
    message: expect.stringContaining(words),
  });
  expect(message).toContain(folder);
  expect(message).not.toContain('\n');
}

async function execute(sql: string): Promise<void> {
  const { DatabaseSync } = await loadSqlite();
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

describe('opening an SQLite file', () => {
  it('creates the file and its folder', async () => {
    path = join(folder, 'a', 'b', 'new.sqlite');
    const store = await open({ shardCount: 4 });
    expect(store.identity).toMatchObject({ kind: 'sqlite', location: path, clusterId: 'cluster', shardCount: 4 });
    await store.close();
  });

  it('takes an empty file, and one whose creation was cut short, as new', async () => {
    writeFileSync(path, '');
    await (await open()).close();
    rmSync(path);
    await execute('PRAGMA journal_mode = WAL');
    await (await open()).close();
  });

  it('keeps the shard count and cluster id it was created with', async () => {
    await (await open({ shardCount: 4 })).close();
    const store = await openStore({ kind: 'sqlite', path, clusterId: 'another' });
    expect(store.identity).toMatchObject({ clusterId: 'cluster', shardCount: 4 });
    await store.close();
    await expectRefused('shard-count-mismatch', 'created with 4 shards, not 2', open({ shardCount: 2 }));
  });

  it('refuses a file that is not a database, and leaves it as it is', async () => {
    writeFileSync(path, 'Dear diary, this is not a database at all.');
    await expectRefused('foreign-file', 'is not a Perdure database');
    expect(readFileSync(path, 'utf8')).toContain('Dear diary');
    expect(readdirSync(folder)).toEqual(['test.sqlite']);
  });

  it('refuses the database of another application, and leaves it as it is', async () => {
    await execute('CREATE TABLE theirs (x)');
    const before = readFileSync(path);
    await expectRefused('foreign-file', 'a database of another application');
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(['test.sqlite']);
  });

  it('refuses a file of a newer version', async () => {
    await (await open()).close();
    await execute('PRAGMA user_version = 99');
    await expectRefused('newer-version', 'has schema version 99');
  });

  it('refuses a damaged file', async () => {
    await (await open()).close();
    const content = readFileSync(path);
    content.fill(0xa5, 4096, 16_384);
    writeFileSync(path, content);
    await expectRefused('corrupt', 'is damaged');
  });

  it('refuses a file that was cut short', async () => {
    await (await open()).close();
    truncateSync(path, 10_000);
    await expectRefused('corrupt', 'is damaged');
  });

  it('refuses a folder in place of a file', async () => {
    mkdirSync(path);
    await expectRefused('unavailable', 'cannot be opened');
  });

  it('refuses a path below something that is not a folder', async () => {
    writeFileSync(path, '');
    await expectRefused('unavailable', 'cannot be created', open({ path: join(path, 'below.sqlite') }));
  });

  it('refuses a file in use by another process, until that process is killed', async () => {
    const child = spawn(process.execPath, [...ENDS_WITH_PARENT, childPath, path, '1'], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    await expectRefused('in-use', 'is in use by another server');
    const link = join(folder, 'link.sqlite');
    symlinkSync(path, link);
    await expectRefused('in-use', 'is in use by another server', open({ path: link }));
    const exited = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGKILL');
    await exited;
    await (await open()).close();
  });

  it('gives the lock back when opening fails', async () => {
    await (await open({ shardCount: 1 })).close();
    await expectRefused('shard-count-mismatch', 'created with 1', open({ shardCount: 2 }));
    await (await open()).close();
  });
});
