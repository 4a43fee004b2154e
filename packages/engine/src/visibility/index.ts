/**
 * Owns the visibility query language: text to condition, and what a condition means for one execution.
 * Must not know how or where executions are stored; stores translate conditions themselves.
 */
export type { ComparisonOperator, QueryValue, VisibilityCondition, VisibilityQuery } from './condition.js';
export { compareStrings, matches } from './evaluate.js';
export { columnSearchAttributes } from './fields.js';
export type { ColumnName, FieldType, QueryField } from './fields.js';
export { indexedValue, wordsOf } from './indexed-value.js';
export type { IndexedValue } from './indexed-value.js';
export { executionStatuses } from './literals.js';
export { parseVisibilityQuery } from './parser.js';
export type { QueryContext } from './parser.js';
export type { QueryableExecution } from './row.js';
export { systemSearchAttributes, typeOfSearchAttribute } from './search-attribute.js';
export type {
  SearchAttributeJson,
  SearchAttributes,
  SearchAttributeType,
  SearchAttributeTypes,
  SearchAttributeValue,
} from './search-attribute.js';
export { parseDateTimeMs, parseDurationMs } from './time-literals.js';
