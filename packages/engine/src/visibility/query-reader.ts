import { reject } from '../rejection.js';
import type { Rejection } from '../rejection.js';
import type { Token } from './tokenizer.js';

/** Carries a syntax error out of the recursive descent; never leaves this folder. */
export class QueryProblem extends Error {
  constructor(
    readonly position: number,
    readonly problem: string,
  ) {
    super(problem);
  }
}

/** The rejection a caller sees for a query that cannot be understood. */
export function rejectQuery(position: number, problem: string): Rejection {
  return reject('INVALID_ARGUMENT', `Invalid query at character ${position}: ${problem}.`);
}

/** Steps through the tokens of one query. */
export class TokenReader {
  #next = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  /** The token to be read next. */
  get current(): Token {
    return this.tokens[Math.min(this.#next, this.tokens.length - 1)] as Token;
  }

  take(): Token {
    const token = this.current;
    this.#next++;
    return token;
  }

  /** Whether the next tokens are these keywords (in any case) or symbols. */
  sees(...words: readonly string[]): boolean {
    return words.every((word, index) => {
      const token = this.tokens[this.#next + index];
      return (
        token !== undefined && (token.kind === 'word' || token.kind === 'symbol') && token.text.toUpperCase() === word
      );
    });
  }

  /** Takes the keywords or symbols if they come next. */
  accept(...words: readonly string[]): boolean {
    const seen = this.sees(...words);
    if (seen) this.#next += words.length;
    return seen;
  }

  expect(word: string, why: string): void {
    if (!this.accept(word)) this.fail(`expected ${word} ${why}, found ${describeToken(this.current)}`);
  }

  fail(problem: string, token: Token = this.current): never {
    throw new QueryProblem(token.position, problem);
  }
}

/** Names a token in an error message. */
export function describeToken(token: Token): string {
  switch (token.kind) {
    case 'end':
      return 'the end of the query';
    case 'string':
      return `'${token.text}'`;
    case 'quotedName':
      return `\`${token.text}\``;
    case 'word':
    case 'number':
    case 'symbol':
      return token.text;
  }
}
