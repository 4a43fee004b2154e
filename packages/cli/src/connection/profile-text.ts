import { isDeepStrictEqual } from 'node:util';
import { parse, stringify } from 'smol-toml';
import { CommandError } from '../errors.js';
import { keyOf, statementsOf, tailOf, type Statement } from './toml-statements.js';
import type { Profile } from './profiles.js';

interface Table {
  readonly [name: string]: unknown;
}

const ROOT = 'profile';

/**
 * The text of the file of profiles, with these profiles in it and nothing else changed: the rest keeps its place, its
 * form and its comments. Comments within a table that is taken away go with it.
 */
export function withProfiles(text: string, profiles: Readonly<Record<string, Profile>>): string {
  const before = parse(text);
  const { [ROOT]: _, ...others } = before;
  const wanted: Table = Object.keys(profiles).length === 0 ? others : { ...before, [ROOT]: profiles };
  const kept = keptStatements(statementsOf(text), before, wanted);
  const missing = leavesOf(wanted, [ROOT]).filter((path) => !kept.some((statement) => isSaidBy(statement, path)));
  const edited = missing.reduce((pieces, path) => withAdded(pieces, path, wanted), kept);
  const result = edited.map((statement) => statement.text).join('');
  // A file that holds keys is not to be written by halves.
  if (isDeepStrictEqual(readBack(result), parse(stringify(wanted)))) return result;
  throw new CommandError('the file of the profiles is written in a way that cannot be changed here: use an editor');
}

/** What stays: as it is, or with another value. */
function keptStatements(statements: readonly Statement[], before: Table, wanted: Table): readonly Statement[] {
  const result: Statement[] = [];
  // Comments behind what was taken away, up to the next table, are about what comes then.
  let waiting: Statement[] | undefined;
  for (const statement of statements) {
    const isOurs = statement.kind !== 'blank' && statement.path[0] === ROOT;
    if (statement.kind === 'blank') (waiting ?? result).push(statement);
    else if (isOurs && at(wanted, statement.path) === undefined)
      waiting = statement.kind === 'header' || waiting !== undefined ? [] : waiting;
    else {
      result.push(...(waiting ?? []), isOurs ? withValue(statement, before, wanted) : statement);
      waiting = undefined;
    }
  }
  return [...result, ...(waiting ?? [])];
}

function withValue(statement: Statement, before: Table, wanted: Table): Statement {
  const value = at(wanted, statement.path);
  if (statement.kind === 'header' || isDeepStrictEqual(at(before, statement.path), value)) return statement;
  return { ...statement, text: `${keyOf(statement)} = ${valueText(value)}${tailOf(statement)}` };
}

/** The paths of all values, and of tables without any. */
function leavesOf(root: Table, path: readonly string[]): readonly (readonly string[])[] {
  const value = at(root, path);
  if (value === undefined) return [];
  if (!isTable(value) || (Object.keys(value).length === 0 && path.length > 1)) return [path];
  return Object.keys(value).flatMap((name) => leavesOf(root, [...path, name]));
}

function isSaidBy(statement: Statement, path: readonly string[]): boolean {
  if (statement.kind === 'header') return isDeepStrictEqual(statement.path, path);
  return statement.kind === 'value' && isDeepStrictEqual(statement.path, path.slice(0, statement.path.length));
}

/** Adds a value behind the others of its table, or a table at the end of the file. */
function withAdded(statements: readonly Statement[], path: readonly string[], wanted: Table): readonly Statement[] {
  const value = at(wanted, path);
  const table = isTable(value) ? path : path.slice(0, -1);
  const sibling = statements.findLastIndex(
    ({ kind, path: other, depth }) =>
      (kind === 'value' && isDeepStrictEqual(other.slice(0, -1), table)) ||
      (kind === 'header' && depth === table.length && isDeepStrictEqual(other, table)),
  );
  const found = statements[sibling];
  if (found === undefined) {
    const header = { kind: 'header', text: `${gapBehind(statements)}[${keyText(table)}]\n`, path: table } as const;
    const whole = [...statements, { ...header, depth: table.length }];
    return isTable(value) ? whole : withAdded(whole, path, wanted);
  }
  const text = `${keyText(path.slice(found.depth))} = ${valueText(value)}\n`;
  const behind = { ...found, text: found.text.endsWith('\n') ? found.text : `${found.text}\n` };
  const added: Statement = { kind: 'value', text, path, depth: found.depth };
  return [...statements.slice(0, sibling), behind, added, ...statements.slice(sibling + 1)];
}

function gapBehind(statements: readonly Statement[]): string {
  const text = statements.at(-1)?.text ?? '';
  return text === '' || text.trim() === '' ? '' : text.endsWith('\n') ? '\n' : '\n\n';
}

function keyText(path: readonly string[]): string {
  return path.map((name) => (/^[A-Za-z0-9_-]+$/.test(name) ? name : stringText(name))).join('.');
}

function valueText(value: unknown): string {
  if (!isTable(value)) return typeof value === 'string' ? stringText(value) : stringify({ x: value }).slice(4).trim();
  return `{ ${Object.entries(value)
    .map(([name, inner]) => `${keyText([name])} = ${valueText(inner)}`)
    .join(', ')} }`;
}

function stringText(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f');
}

function readBack(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function at(root: Table, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) => (isTable(value) && Object.hasOwn(value, name) ? value[name] : undefined),
    root,
  );
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
