import { StoreOpenError } from '../../errors.js';
import type { SqlDatabase } from '../driver.js';
import { migrations } from '../migrations.js';

/** Marks a file as ours in its header ("PRDU"). */
export const applicationId = 0x50524455;

/** Throws when a file belongs to another application or to a newer Perdure. Changes nothing. */
export function identifyFile(database: SqlDatabase, location: string): void {
  const application = pragma(database, 'application_id');
  const isEmpty = database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
  if (application !== applicationId && !(application === 0 && isEmpty)) {
    throw new StoreOpenError(
      'foreign-file',
      `${location} is a database of another application: give the path of a Perdure database or of a new file.`,
    );
  }
  const version = pragma(database, 'user_version');
  if (version > migrations.length) {
    throw new StoreOpenError(
      'newer-version',
      `${location} has schema version ${version}, this server knows versions up to ${migrations.length}: use a newer server.`,
    );
  }
}

/** Brings a database to the newest version, or leaves it exactly as it was. */
export function migrate(
  database: SqlDatabase,
  location: string,
  steps: readonly ((database: SqlDatabase) => void)[],
): void {
  const version = pragma(database, 'user_version');
  if (version === steps.length) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const step of steps.slice(version)) step(database);
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${steps.length}; COMMIT`);
  } catch (cause) {
    database.exec('ROLLBACK');
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new StoreOpenError(
      'unavailable',
      `${location} could not be brought from schema version ${version} to ${steps.length} (${message}): it is unchanged.`,
      { cause },
    );
  }
}

function pragma(database: SqlDatabase, name: string): number {
  return database.prepare(`PRAGMA ${name}`).get()?.[name] as number;
}
