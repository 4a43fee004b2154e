import { describe, expect, it } from 'vitest';
import { loadSqlite } from './driver.js';
import type { SqlDatabase } from './driver.js';
import { migrations } from './migrations.js';
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

describe('the schema', () => {
  it('comes to the same whether a file is new or as old as can be, and an old one keeps what it holds', async () => {
    const [fresh, old] = await Promise.all([openDatabase(), openDatabase()]);
    migrate(old, 'old', migrations.slice(0, 1));
    old.exec(`INSERT INTO metadata (key, value) VALUES ('key', x'01')`);
    migrate(old, 'old', migrations);
    migrate(fresh, 'fresh', migrations);
    const schema = (database: SqlDatabase): unknown =>
      database.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name').all();
    expect(schema(old)).toEqual(schema(fresh));
    expect(old.prepare('SELECT hex(value) AS value FROM metadata').get()).toMatchObject({ value: '01' });
    expect(version(old)).toBe(migrations.length);
  });
});
