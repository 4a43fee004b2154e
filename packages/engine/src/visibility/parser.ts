import type { Rejection } from '../rejection.js';
import type { VisibilityCondition, VisibilityQuery } from './condition.js';
import { parsePredicate } from './predicate.js';
import { describeToken, QueryProblem, rejectQuery, TokenReader } from './query-reader.js';
import type { SearchAttributeTypes } from './search-attribute.js';
import { tokenize } from './tokenizer.js';

/** Longest query accepted, in characters. */
export const maximumQueryLength = 100_000;
/** Deepest nesting of parentheses and NOT. */
export const maximumNesting = 64;
/** Most comparisons in one query: SQL engines limit the depth of an expression, and a chain of ANDs is that deep. */
export const maximumConditions = 500;

/** What a query may name and where it is used. */
export interface QueryContext {
  /** Custom search attributes registered in the namespace. */
  readonly searchAttributes?: SearchAttributeTypes;
  /** GROUP BY makes sense in a count only. */
  readonly use: 'list' | 'count';
}

/** Parses a list filter. An empty text matches everything. Every problem is an INVALID_ARGUMENT with its position. */
export function parseVisibilityQuery(text: string, context: QueryContext): VisibilityQuery | Rejection {
  if (text.length > maximumQueryLength) {
    return rejectQuery(maximumQueryLength, `queries are limited to ${maximumQueryLength} characters`);
  }
  const tokens = tokenize(text);
  if ('problem' in tokens) return rejectQuery(tokens.position, tokens.problem);
  try {
    return new QueryParser(new TokenReader(tokens), context).parse();
  } catch (error) {
    if (error instanceof QueryProblem) return rejectQuery(error.position, error.problem);
    throw error;
  }
}

/** Recursive descent: OR binds loosest, then AND, then NOT. */
class QueryParser {
  #nesting = 0;
  #conditions = 0;

  constructor(
    private readonly reader: TokenReader,
    private readonly context: QueryContext,
  ) {}

  parse(): VisibilityQuery {
    const { reader } = this;
    const hasCondition = reader.current.kind !== 'end' && !reader.sees('GROUP', 'BY') && !reader.sees('ORDER', 'BY');
    const where = hasCondition ? this.#or() : undefined;
    const groupBy = this.#groupBy();
    if (reader.sees('ORDER', 'BY')) {
      reader.fail(
        'ORDER BY is not supported: open executions come first, newest start first, then closed ones by close time',
      );
    }
    if (reader.sees('LIMIT')) reader.fail('LIMIT is not supported: set the page size of the request instead');
    if (reader.current.kind !== 'end') {
      reader.fail(`expected AND, OR or the end of the query, found ${describeToken(reader.current)}`);
    }
    return { where, groupBy };
  }

  #groupBy(): 'ExecutionStatus' | undefined {
    const { reader } = this;
    if (!reader.sees('GROUP', 'BY')) return undefined;
    if (this.context.use === 'list') reader.fail('GROUP BY works in counts of workflow executions only');
    reader.accept('GROUP', 'BY');
    const field = reader.take();
    if (field.text !== 'ExecutionStatus') {
      reader.fail(`GROUP BY works with ExecutionStatus only, found ${describeToken(field)}`, field);
    }
    if (reader.sees(',')) reader.fail('GROUP BY takes one field');
    return 'ExecutionStatus';
  }

  #or(): VisibilityCondition {
    return this.#chain('or', 'OR', () => this.#and());
  }

  #and(): VisibilityCondition {
    return this.#chain('and', 'AND', () => this.#not());
  }

  #chain(kind: 'and' | 'or', keyword: string, parseOperand: () => VisibilityCondition): VisibilityCondition {
    const first = parseOperand();
    if (!this.reader.sees(keyword)) return first;
    const operands = [first];
    while (this.reader.accept(keyword)) operands.push(parseOperand());
    return { kind, operands };
  }

  #not(): VisibilityCondition {
    if (this.reader.accept('NOT')) return { kind: 'not', operand: this.#nested(() => this.#not()) };
    if (this.reader.accept('(')) {
      const condition = this.#nested(() => this.#or());
      this.reader.expect(')', 'to close the parenthesis');
      return condition;
    }
    if (++this.#conditions > maximumConditions)
      this.reader.fail(`a query is limited to ${maximumConditions} comparisons`);
    return parsePredicate(this.reader, this.context.searchAttributes ?? {});
  }

  #nested(parse: () => VisibilityCondition): VisibilityCondition {
    if (++this.#nesting > maximumNesting)
      this.reader.fail(`parentheses and NOT are limited to ${maximumNesting} levels`);
    const condition = parse();
    this.#nesting--;
    return condition;
  }
}
