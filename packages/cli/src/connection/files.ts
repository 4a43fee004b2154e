import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CommandError } from '../errors.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** Where environments of `perdure env` are kept: the file of Temporal's command line. */
export function environmentFile(asked: string | undefined): string {
  return asked ?? join(homedir(), '.config', 'temporalio', 'temporal.yaml');
}

/** Where profiles are kept: `TEMPORAL_CONFIG_FILE`, or `temporalio/temporal.toml` in the platform's folder. */
export function profileFile(asked: string | undefined, variables: Variables): string {
  return asked ?? variables['TEMPORAL_CONFIG_FILE'] ?? join(configFolder(variables), 'temporalio', 'temporal.toml');
}

function configFolder(variables: Variables): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support');
  if (process.platform === 'win32') return variables['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming');
  return variables['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
}

/** The text of a file; empty if there is none. */
export function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new CommandError(`cannot read ${path}: ${(error as Error).message}`);
  }
}

/** Writes a file that may hold keys: readable by its owner only. Creates the folder. */
export function writePrivately(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode: 0o600 });
}
