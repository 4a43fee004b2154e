import { namesOf, type CommandSpec, type FlagSpec } from '../../command.js';
import { CONNECTION_FLAGS, DISPLAY_FLAGS } from '../../global-flags.js';
import { GROUPS } from '../../groups.js';

/** One word that may come next, and what it means. */
export interface Candidate {
  readonly word: string;
  readonly description: string;
}

/** What may follow the words of a path; the shells look it up by these words. */
export interface Place {
  /** Empty, `workflow`, `workflow start` ... */
  readonly path: string;
  readonly commands: readonly Candidate[];
  readonly flags: readonly Candidate[];
}

/** Every place of the command line, from the outside in. */
export function places(commands: readonly CommandSpec[]): readonly Place[] {
  const paths = new Set(['']);
  for (const { path } of commands) {
    const words = path.split(' ');
    for (let count = 1; count <= words.length; count++) paths.add(words.slice(0, count).join(' '));
  }
  return [...paths].map((path) => ({
    path,
    commands: below(path, [...paths], commands),
    flags: flagsAt(path, commands).map((flag) => ({ word: namesOf(flag).long, description: flag.description })),
  }));
}

/** Values of flags that have a fixed set of them. */
export function flagValues(commands: readonly CommandSpec[]): ReadonlyMap<string, readonly string[]> {
  const all = [...DISPLAY_FLAGS, ...CONNECTION_FLAGS, ...commands.flatMap(({ flags }) => flags)];
  const found = new Map<string, readonly string[]>();
  for (const flag of all) {
    const { long, short } = namesOf(flag);
    // The same flag has other values with other commands; one list for all of them would mislead.
    if (flag.values === undefined || long === '--type') continue;
    found.set(long, [...new Set([...(found.get(long) ?? []), ...flag.values])]);
    if (short === '-o') found.set(short, flag.values);
  }
  return found;
}

/** Flags that are followed by the name of a file. */
export function fileFlags(commands: readonly CommandSpec[]): readonly string[] {
  const all = [...DISPLAY_FLAGS, ...CONNECTION_FLAGS, ...commands.flatMap(({ flags }) => flags)];
  return [...new Set(all.filter((flag) => namesOf(flag).value === '<path>').map((flag) => namesOf(flag).long))];
}

function below(path: string, paths: readonly string[], commands: readonly CommandSpec[]): readonly Candidate[] {
  const prefix = path === '' ? '' : `${path} `;
  return paths
    .filter((each) => each !== '' && each.startsWith(prefix) && !each.slice(prefix.length).includes(' '))
    .map((each) => ({
      word: each.slice(prefix.length),
      description: commands.find((spec) => spec.path === each)?.summary ?? GROUPS[each] ?? '',
    }));
}

function flagsAt(path: string, commands: readonly CommandSpec[]): readonly FlagSpec[] {
  const spec = commands.find((each) => each.path === path);
  const own =
    spec === undefined ? [] : [...spec.flags, ...DISPLAY_FLAGS, ...(spec.isLocal === true ? [] : CONNECTION_FLAGS)];
  const help: FlagSpec = { flags: '-h, --help', description: 'say what there is' };
  const seen = new Set<string>();
  return [...own.filter(({ isHidden }) => isHidden !== true), help].filter((flag) => {
    const { long } = namesOf(flag);
    return seen.has(long) ? false : seen.add(long);
  });
}
