/** One token of a query. `position` is where it starts, counted in characters from 1. */
export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly position: number }
  /** A name in back quotes: never a keyword. */
  | { readonly kind: 'quotedName'; readonly text: string; readonly position: number }
  | { readonly kind: 'string'; readonly text: string; readonly position: number }
  | { readonly kind: 'number'; readonly text: string; readonly position: number }
  | { readonly kind: 'symbol'; readonly text: string; readonly position: number }
  | { readonly kind: 'end'; readonly text: ''; readonly position: number };

/** Why a text is not a query, and where. */
export interface QuerySyntaxError {
  readonly position: number;
  readonly problem: string;
}

type TokenKind = 'space' | 'word' | 'number' | 'symbol';

const lexemes: readonly (readonly [TokenKind, RegExp])[] = [
  ['space', /\s+/y],
  ['word', /[A-Za-z_][A-Za-z0-9_.]*/y],
  ['number', /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['symbol', /<=|>=|!=|<>|[=<>(),]/y],
];

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0' };

/** Splits a query into tokens, ending with an `end` token; or says what cannot be read. */
export function tokenize(query: string): readonly Token[] | QuerySyntaxError {
  const tokens: Token[] = [];
  let offset = 0;
  while (offset < query.length) {
    const quote = query.charAt(offset);
    if (quote === "'" || quote === '"' || quote === '`') {
      const literal = readQuoted(query, offset);
      if (literal === undefined) return { position: offset + 1, problem: `the quote ${quote} is never closed` };
      const kind = quote === '`' ? 'quotedName' : 'string';
      tokens.push({ kind, text: literal.text, position: offset + 1 });
      offset = literal.end;
      continue;
    }
    const lexeme = readLexeme(query, offset);
    if (lexeme === undefined) {
      const character = String.fromCodePoint(query.codePointAt(offset) ?? 0);
      return { position: offset + 1, problem: `the character ${character} means nothing here; put text in quotes` };
    }
    if (lexeme.kind !== 'space') tokens.push({ kind: lexeme.kind, text: lexeme.text, position: offset + 1 });
    offset += lexeme.text.length;
  }
  tokens.push({ kind: 'end', text: '', position: query.length + 1 });
  return tokens;
}

function readLexeme(query: string, offset: number): { readonly kind: TokenKind; readonly text: string } | undefined {
  for (const [kind, pattern] of lexemes) {
    pattern.lastIndex = offset;
    const text = pattern.exec(query)?.[0];
    if (text !== undefined) return { kind, text };
  }
  return undefined;
}

/** Reads a quoted literal. The quote itself is written doubled or after a backslash, as in MySQL. */
function readQuoted(query: string, start: number): { readonly text: string; readonly end: number } | undefined {
  const quote = query.charAt(start);
  let text = '';
  for (let offset = start + 1; offset < query.length; offset++) {
    const character = query.charAt(offset);
    if (character === quote) {
      if (query.charAt(offset + 1) !== quote) return { text, end: offset + 1 };
      offset++;
      text += quote;
    } else if (character === '\\' && quote !== '`' && offset + 1 < query.length) {
      offset++;
      const escaped = query.charAt(offset);
      text += escapes[escaped] ?? escaped;
    } else {
      text += character;
    }
  }
  return undefined;
}
