import { namesOf, type FlagSpec } from '../command.js';
import { CommandError } from '../errors.js';
import { readEnvironments } from './environments.js';

/** Which environment is asked for, and where it is kept. */
export interface EnvironmentChoice {
  /** Undefined: `default`, which need not be there. */
  readonly name: string | undefined;
  readonly file: string | undefined;
}

/**
 * What an environment says of the flags of a command, as commander gives flags that were said. A CommandError if the
 * environment was asked for by name and is not there.
 */
export async function environmentFlags(
  { name, file }: EnvironmentChoice,
  flags: readonly FlagSpec[],
): Promise<Readonly<Record<string, unknown>>> {
  const environment = (await readEnvironments(file))[name ?? 'default'];
  if (environment === undefined && name !== undefined)
    throw new CommandError(`there is no environment "${name}"; create it: perdure env set ${name}.address HOST:PORT`);
  const said: Record<string, unknown> = {};
  for (const flag of flags) {
    const { long, value } = namesOf(flag);
    const text = environment?.[long.slice(2)];
    if (text === undefined) continue;
    // A file that people write may hold numbers and switches as YAML has them.
    const written = String(text);
    const key = long.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    said[key] = flag.many === true ? written.split('\n') : value === undefined ? written === 'true' : written;
  }
  return said;
}
