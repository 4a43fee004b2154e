import { CommandError } from '../errors.js';
import { environmentFile, readIfThere, writePrivately } from './files.js';

/** Settings of one environment, by the names of the flags they stand for. */
export type Environment = Readonly<Record<string, string>>;

/** All environments of the file. */
export async function readEnvironments(file: string | undefined): Promise<Readonly<Record<string, Environment>>> {
  const path = environmentFile(file);
  const text = readIfThere(path);
  if (text === '') return {};
  const { parse } = await import('./yaml.js');
  try {
    const parsed = parse(text) as { readonly env?: Readonly<Record<string, Environment>> } | null;
    return parsed?.env ?? {};
  } catch (error) {
    throw new CommandError(`${path} is not valid YAML: ${(error as Error).message.split('\n')[0] ?? ''}`);
  }
}

/** Replaces all environments; whatever else the file holds stays. */
export async function writeEnvironments(
  file: string | undefined,
  environments: Readonly<Record<string, Environment>>,
): Promise<void> {
  const path = environmentFile(file);
  const { parse, stringify } = await import('./yaml.js');
  const others = (parse(readIfThere(path)) ?? {}) as Readonly<Record<string, unknown>>;
  writePrivately(path, stringify({ ...others, env: environments }));
}
