import { CommandError } from '../errors.js';
import { ownMembers } from '../own-members.js';
import { environmentFile, readIfThere, writePrivately } from './files.js';

/** Settings of one environment, by the names of the flags they stand for. */
export type Environment = Readonly<Record<string, string>>;

/** All environments of the file. */
export async function readEnvironments(file: string | undefined): Promise<Readonly<Record<string, Environment>>> {
  const path = environmentFile(file);
  const text = readIfThere(path);
  if (text === '') return ownMembers({});
  const { parse } = await import('./yaml.js');
  try {
    const parsed = parse(text) as { readonly env?: Readonly<Record<string, Environment>> } | null;
    const environments = Object.entries(parsed?.env ?? {});
    return ownMembers(Object.fromEntries(environments.map(([name, environment]) => [name, ownMembers(environment)])));
  } catch (error) {
    throw new CommandError(`${path} is not valid YAML: ${(error as Error).message.split('\n')[0] ?? ''}`);
  }
}

/** Replaces all environments; whatever else the file holds stays, with all comments. */
export async function writeEnvironments(
  file: string | undefined,
  wanted: Readonly<Record<string, Environment>>,
): Promise<void> {
  const path = environmentFile(file);
  const before = await readEnvironments(file);
  const { isMap, parseDocument } = await import('./yaml.js');
  const document = parseDocument(readIfThere(path));
  if (!isMap(document.get('env'))) document.set('env', document.createNode({}));
  for (const [name, environment] of Object.entries(before)) {
    const after = Object.hasOwn(wanted, name) ? wanted[name] : undefined;
    if (after === undefined) document.deleteIn(['env', name]);
    else
      for (const key of Object.keys(environment)) if (!Object.hasOwn(after, key)) document.deleteIn(['env', name, key]);
  }
  for (const [name, environment] of Object.entries(wanted)) {
    if (!isMap(document.getIn(['env', name]))) document.setIn(['env', name], document.createNode({}));
    for (const [key, value] of Object.entries(environment))
      if (before[name]?.[key] !== value) document.setIn(['env', name, key], value);
  }
  writePrivately(path, document.toString());
}
