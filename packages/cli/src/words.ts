import { namesOf, type CommandSpec, type FlagSpec } from './command.js';

/** A command line, brought into the one form that is understood further on. */
export interface CommandLine {
  readonly words: readonly string[];
  /** Flags switched off by `--flag=false`, without their dashes. */
  readonly off: ReadonlySet<string>;
}

/**
 * Moves flags that stand before or among the words of the command behind them (`perdure -n orders workflow list`), reads `--flag=true` and
 * `--flag=false` of flags that take no value, and `-w=123`.
 */
export function readWords(
  words: readonly string[],
  commands: readonly CommandSpec[],
  globals: readonly FlagSpec[],
): CommandLine {
  const ordered = withFlagsBehind(words, commands, globals);
  const switches = new Map<string, string>();
  for (const { long, short, value } of [...globals, ...commands.flatMap(({ flags }) => flags)].map(namesOf))
    if (value === undefined) for (const name of [long, short]) if (name !== undefined) switches.set(name, long);
  const off = new Set<string>();
  const kept: string[] = [];
  for (const word of ordered[0] === 'h' ? ['help', ...ordered.slice(1)] : ordered) {
    const [, name = '', value = ''] = /^(--[\w-]+|-\w)=(.*)$/s.exec(word) ?? [];
    const long = switches.get(name);
    if (name === '' || (long === undefined && name.startsWith('--'))) kept.push(word);
    else if (long === undefined) kept.push(name, value);
    else if (value === 'true') kept.push(name);
    else if (value === 'false') off.add(long.slice(2));
    else kept.push(word);
  }
  return { words: kept, off };
}

/** The words with flags behind the words of the command, and before what follows those. */
function withFlagsBehind(
  words: readonly string[],
  commands: readonly CommandSpec[],
  globals: readonly FlagSpec[],
): readonly string[] {
  const names = new Map<string, boolean>();
  for (const { long, short, value } of globals.map(namesOf))
    for (const name of [long, short]) if (name !== undefined) names.set(name, value !== undefined);
  const leading: string[] = [];
  const path: string[] = [];
  let count = 0;
  while (count < words.length) {
    const word = words[count] ?? '';
    const takesValue = names.get(word.split('=')[0] ?? '');
    const next = [...path, word].join(' ');
    if (takesValue !== undefined) {
      const length = takesValue && !word.includes('=') ? 2 : 1;
      leading.push(...words.slice(count, count + length));
      count += length;
    } else if (commands.some((command) => command.path.startsWith(`${next} `))) {
      path.push(word);
      count++;
    } else break;
  }
  const rest = words.slice(count);
  // A word that is no command is the better thing to complain about than flags of the one that was meant.
  const isKnown = commands.some((command) => command.path === [...path, rest[0]].join(' '));
  return isKnown ? [...path, ...rest.slice(0, 1), ...leading, ...rest.slice(1)] : [...path, ...rest, ...leading];
}

/** Commands whose words these begin with; `help` before or among them does not count. */
export function commandsMeant(words: readonly string[], commands: readonly CommandSpec[]): readonly CommandSpec[] {
  const said = words.filter((word) => word !== 'help');
  return commands.filter(({ path, aliases = [] }) => {
    const parts = path.split(' ');
    return parts.every((part, index) => {
      const word = said[index] ?? '';
      return word === part || (index === parts.length - 1 && aliases.includes(word));
    });
  });
}
