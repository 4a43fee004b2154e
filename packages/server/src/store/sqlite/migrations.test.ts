import { describe, expect, it } from 'vitest';
import { loadSqlite } from './driver.js';
import type { SqlDatabase } from './driver.js';
import { migrate } from './thread/schema.js';

const first = (database: SqlDatabase): void => database.exec('CREATE TABLE one (x); INSERT INTO one VALUES (1)');
const second = (database: SqlDatabase): void => database.exec('ALTER TABLE one ADD COLUMN y DEFAULT 2');
const broken = (database: SqlDatabase): void => database.exec('CREATE TABLE three (x); SELECT * FROM missing');

async function openDatabase(): Promise<SqlDatabase> {
  const { DatabaseSync } = await loadSqlite();
  return new DatabaseSync(':memory:');
}

function version(database: SqlDatabase): unknown {
  return database.prepare('PRAGMA user_version').get()?.user_version;
}

describe('migrate', () => {
  it('runs the steps that a file has not seen, and only those', async () => {
    const database = await openDatabase();
    migrate(database, 'test', [first]);
    expect(version(database)).toBe(1);
    migrate(database, 'test', [first, second]);
    migrate(database, 'test', [first, second]);
    expect(version(database)).toBe(2);
    expect(database.prepare('SELECT x, y FROM one').all()).toEqual([expect.objectContaining({ x: 1, y: 2 })]);
  });

  it('leaves a file exactly as it was when a step fails', async () => {
    const database = await openDatabase();
    migrate(database, 'test', [first]);
    expect(() => migrate(database, 'test', [first, second, broken])).toThrow(
      /test could not be brought from .* unchanged/,
    );
    expect(version(database)).toBe(1);
    expect(database.prepare('SELECT * FROM one').all()).toEqual([expect.objectContaining({ x: 1 })]);
    expect(database.prepare(`SELECT * FROM sqlite_schema WHERE name = 'three'`).get()).toBeUndefined();
  });
});
