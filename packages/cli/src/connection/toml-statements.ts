import { parse } from 'smol-toml';

/** A piece of a TOML file: all pieces together are the file, letter by letter. */
export interface Statement {
  /** A header of a table, a key with its value, or neither: blank lines and comments. */
  readonly kind: 'header' | 'value' | 'blank';
  /** The lines, each with its end. */
  readonly text: string;
  /** The names that lead to the table or the value, from the top of the file. */
  readonly path: readonly string[];
  /** Where the path of the table that a value stands in ends. */
  readonly depth: number;
}

const NAME = String.raw`(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')`;
const KEY = new RegExp(`^\\s*(${NAME}(?:\\s*\\.\\s*${NAME})*)\\s*=`);

/** The pieces of a file that is valid TOML. */
export function statementsOf(text: string): readonly Statement[] {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const found: Statement[] = [];
  let table: readonly string[] = [];
  for (let index = 0; index < lines.length;) {
    const piece = wholePiece(lines, index);
    const start = piece.trimStart();
    if (start === '' || start.startsWith('#')) found.push({ kind: 'blank', text: piece, path: [], depth: 0 });
    else if (start.startsWith('[')) {
      table = namesIn(parse(piece));
      found.push({ kind: 'header', text: piece, path: table, depth: table.length });
    } else {
      const path = [...table, ...namesIn(parse(`${KEY.exec(piece)?.[1] ?? ''} = 0`))];
      found.push({ kind: 'value', text: piece, path, depth: table.length });
    }
    index += piece.split('\n').length - (piece.endsWith('\n') ? 1 : 0);
  }
  return found;
}

/** What stands behind the value of a statement: its comment and the end of the line. */
export function tailOf({ text }: Statement): string {
  for (let at = text.indexOf('#'); at >= 0; at = text.indexOf('#', at + 1))
    if (isWhole(text.slice(0, at))) return ` ${text.slice(at)}`;
  return text.endsWith('\n') ? '\n' : '';
}

/** The key as it is written. */
export function keyOf({ text }: Statement): string {
  return (KEY.exec(text)?.[0] ?? '').replace(/\s*=$/, '');
}

/** A value may go on over lines: as few as are valid by themselves. */
function wholePiece(lines: readonly string[], from: number): string {
  let piece = lines[from] ?? '';
  for (let next = from + 1; next < lines.length && !isWhole(piece); next++) piece += lines[next] ?? '';
  return piece;
}

function isWhole(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

function namesIn(value: unknown): readonly string[] {
  const inner: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof inner !== 'object' || inner === null) return [];
  const [name] = Object.keys(inner);
  return name === undefined ? [] : [name, ...namesIn((inner as Readonly<Record<string, unknown>>)[name])];
}
