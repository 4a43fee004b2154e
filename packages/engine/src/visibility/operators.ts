import type { ComparisonOperator } from './condition.js';
import type { FieldType } from './fields.js';

/** An operator as the query spells it. IS NULL goes with every type and is not listed. */
export type OperatorName = ComparisonOperator | 'IN' | 'BETWEEN' | 'STARTS_WITH';

const equality: readonly OperatorName[] = ['=', '!=', 'IN'];
const ordering: readonly OperatorName[] = [...equality, '<', '<=', '>', '>=', 'BETWEEN'];

/**
 * Which operators a type takes; NOT IN, NOT BETWEEN and NOT STARTS_WITH follow their positive form.
 * Source: https://docs.temporal.io/list-filter (supported operators).
 */
export const operatorsByType: Readonly<Record<FieldType, readonly OperatorName[]>> = {
  Bool: equality,
  Datetime: ordering,
  Double: ordering,
  Duration: ordering,
  Int: ordering,
  Keyword: [...ordering, 'STARTS_WITH'],
  KeywordList: [...equality, 'STARTS_WITH'],
  Status: equality,
  Text: ['=', '!='],
};
