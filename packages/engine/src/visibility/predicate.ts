import type { ComparisonOperator, QueryValue, VisibilityCondition } from './condition.js';
import { findField, suggestField } from './fields.js';
import type { QueryField } from './fields.js';
import { wordsOf } from './indexed-value.js';
import { convertLiteral, expectedLiteral } from './literals.js';
import { operatorsByType } from './operators.js';
import type { OperatorName } from './operators.js';
import { describeToken } from './query-reader.js';
import type { TokenReader } from './query-reader.js';
import type { SearchAttributeTypes } from './search-attribute.js';

/** Most values in one IN list. */
export const maximumListValues = 1_000;

const comparisonsBySymbol: Readonly<Record<string, ComparisonOperator>> = {
  '=': '=',
  '!=': '!=',
  '<>': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

/** Parses one comparison: a field, an operator and what it takes. */
export function parsePredicate(reader: TokenReader, registered: SearchAttributeTypes): VisibilityCondition {
  const field = parseField(reader, registered);
  if (reader.accept('IS', 'NOT', 'NULL')) return { kind: 'isNull', field, negated: true };
  if (reader.accept('IS', 'NULL')) return { kind: 'isNull', field, negated: false };
  const operatorToken = reader.current;
  const comparison = operatorToken.kind === 'symbol' ? comparisonsBySymbol[operatorToken.text] : undefined;
  if (comparison !== undefined) {
    checkOperator(reader, field, comparison);
    reader.take();
    return comparisonOf(field, comparison, parseLiteral(reader, field));
  }
  const negated = reader.accept('NOT');
  if (reader.sees('IN')) return parseIn(reader, field, negated);
  if (reader.sees('BETWEEN')) return parseBetween(reader, field, negated);
  if (reader.sees('STARTS_WITH')) return parseStartsWith(reader, field, negated);
  if (reader.sees('LIKE')) reader.fail('LIKE is not supported: use STARTS_WITH for prefixes');
  return reader.fail(
    `expected an operator after ${field.name} (${operatorsByType[field.type].join(', ')}, IS NULL), ` +
      `found ${describeToken(reader.current)}`,
  );
}

function parseField(reader: TokenReader, registered: SearchAttributeTypes): QueryField {
  const token = reader.current;
  if (token.kind !== 'word' && token.kind !== 'quotedName') {
    return reader.fail(`expected the name of a field, found ${describeToken(token)}`);
  }
  const field = findField(token.text, registered);
  if (field === undefined) {
    const suggestion = suggestField(token.text, registered);
    const hint = suggestion === undefined ? 'register it as a search attribute first' : `did you mean ${suggestion}?`;
    return reader.fail(`there is no field ${token.text} in this namespace (${hint})`);
  }
  reader.take();
  return field;
}

function checkOperator(reader: TokenReader, field: QueryField, operator: OperatorName): void {
  const supported = operatorsByType[field.type];
  if (supported.includes(operator)) return;
  reader.fail(
    `${operator} does not work with ${field.name}, which is of type ${field.type}: use ${supported.join(', ')}`,
  );
}

function comparisonOf(field: QueryField, operator: ComparisonOperator, value: QueryValue): VisibilityCondition {
  if (field.type !== 'Text') return { kind: 'compare', field, operator, value };
  return { kind: 'hasWord', field, negated: operator === '!=', words: wordsOf(String(value)) };
}

function parseIn(reader: TokenReader, field: QueryField, negated: boolean): VisibilityCondition {
  checkOperator(reader, field, 'IN');
  reader.take();
  reader.expect('(', 'after IN');
  const values: QueryValue[] = [];
  do {
    if (values.length === maximumListValues) reader.fail(`an IN list is limited to ${maximumListValues} values`);
    values.push(parseLiteral(reader, field));
  } while (reader.accept(','));
  reader.expect(')', 'to close the IN list');
  return { kind: 'in', field, negated, values };
}

function parseBetween(reader: TokenReader, field: QueryField, negated: boolean): VisibilityCondition {
  checkOperator(reader, field, 'BETWEEN');
  reader.take();
  const low = parseLiteral(reader, field);
  reader.expect('AND', 'between the two ends of BETWEEN');
  const high = parseLiteral(reader, field);
  return { kind: 'between', field, negated, low, high };
}

function parseStartsWith(reader: TokenReader, field: QueryField, negated: boolean): VisibilityCondition {
  checkOperator(reader, field, 'STARTS_WITH');
  reader.take();
  return { kind: 'startsWith', field, negated, prefix: String(parseLiteral(reader, field)) };
}

function parseLiteral(reader: TokenReader, field: QueryField): QueryValue {
  const token = reader.current;
  const value = convertLiteral(field, token);
  if (value === undefined) {
    const hint = reader.sees('NULL') ? ' (compare with NULL by IS NULL or IS NOT NULL)' : '';
    return reader.fail(`${field.name} takes ${expectedLiteral(field)}, found ${describeToken(token)}${hint}`);
  }
  reader.take();
  return value;
}
