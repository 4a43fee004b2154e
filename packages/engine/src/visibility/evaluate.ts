import type { ComparisonOperator, QueryValue, VisibilityCondition } from './condition.js';
import type { QueryField } from './fields.js';
import { indexedValue } from './indexed-value.js';
import type { IndexedValue } from './indexed-value.js';
import type { QueryableExecution } from './row.js';

/** Whether an execution matches. Unknown (a comparison with an absent value) does not. */
export function matches(condition: VisibilityCondition | undefined, row: QueryableExecution): boolean {
  return condition === undefined || evaluate(condition, row) === true;
}

/** SQL's three-valued logic: undefined is unknown. */
type Truth = boolean | undefined;

function evaluate(condition: VisibilityCondition, row: QueryableExecution): Truth {
  switch (condition.kind) {
    case 'and':
      return fold(condition.operands, row, false);
    case 'or':
      return fold(condition.operands, row, true);
    case 'not':
      return negate(evaluate(condition.operand, row), true);
    case 'isNull':
      return (fieldValue(condition.field, row) === undefined) !== condition.negated;
    case 'compare':
      return evaluateComparison(condition.operator, fieldValue(condition.field, row), condition.value);
    case 'in': {
      const { values } = condition;
      return negate(
        anyItem(fieldValue(condition.field, row), (item) => values.includes(item)),
        condition.negated,
      );
    }
    case 'between': {
      const { low, high } = condition;
      const inside = anyItem(
        fieldValue(condition.field, row),
        (item) => compareValues(item, low) >= 0 && compareValues(item, high) <= 0,
      );
      return negate(inside, condition.negated);
    }
    case 'startsWith': {
      const { prefix } = condition;
      const starts = anyItem(fieldValue(condition.field, row), (item) => String(item).startsWith(prefix));
      return negate(starts, condition.negated);
    }
    case 'hasWord': {
      const { words } = condition;
      const found = anyItem(fieldValue(condition.field, row), (item) => words.includes(String(item)));
      return negate(found, condition.negated);
    }
  }
}

/** AND stops at the first false, OR at the first true; otherwise one unknown makes the whole unknown. */
function fold(operands: readonly VisibilityCondition[], row: QueryableExecution, decisive: boolean): Truth {
  let result: Truth = !decisive;
  for (const operand of operands) {
    const truth = evaluate(operand, row);
    if (truth === decisive) return decisive;
    if (truth === undefined) result = undefined;
  }
  return result;
}

function negate(truth: Truth, negated: boolean): Truth {
  return truth === undefined ? undefined : truth !== negated;
}

function fieldValue(field: QueryField, row: QueryableExecution): IndexedValue | undefined {
  if (field.source === 'column') return row[field.column];
  const attribute = Object.hasOwn(row.searchAttributes, field.name) ? row.searchAttributes[field.name] : undefined;
  return attribute === undefined || attribute.type !== field.type ? undefined : indexedValue(attribute);
}

function evaluateComparison(operator: ComparisonOperator, actual: IndexedValue | undefined, wanted: QueryValue): Truth {
  switch (operator) {
    case '=':
      return anyItem(actual, (item) => item === wanted);
    case '!=':
      return negate(
        anyItem(actual, (item) => item === wanted),
        true,
      );
    case '<':
      return anyItem(actual, (item) => compareValues(item, wanted) < 0);
    case '<=':
      return anyItem(actual, (item) => compareValues(item, wanted) <= 0);
    case '>':
      return anyItem(actual, (item) => compareValues(item, wanted) > 0);
    case '>=':
      return anyItem(actual, (item) => compareValues(item, wanted) >= 0);
  }
}

/** A list satisfies a test when one of its items does. */
function anyItem(actual: IndexedValue | undefined, test: (item: QueryValue) => boolean): Truth {
  if (actual === undefined) return undefined;
  return typeof actual === 'object' ? actual.some(test) : test(actual);
}

/** Orders numbers by value and strings by code point, which is the order of their UTF-8 bytes. */
function compareValues(left: QueryValue, right: QueryValue): number {
  if (typeof left !== 'string' || typeof right !== 'string') return Number(left) - Number(right);
  return compareStrings(left, right);
}

/** Compares strings by code point. `<` compares UTF-16 units, which puts characters past U+FFFF before U+E000. */
export function compareStrings(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a === b) continue;
    const aIsSurrogate = (a & 0xf800) === 0xd800;
    const bIsSurrogate = (b & 0xf800) === 0xd800;
    return aIsSurrogate === bIsSurrogate ? a - b : aIsSurrogate ? 1 : -1;
  }
  return left.length - right.length;
}
