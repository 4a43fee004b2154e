import type { QueryField } from './fields.js';

/**
 * A parsed visibility condition. Values are already of the field's type: statuses are enum numbers, times and durations
 * are milliseconds. Fields that have no value make a condition unknown, as NULL does in SQL, and unknown does not match.
 */
export type VisibilityCondition =
  | { readonly kind: 'and'; readonly operands: readonly VisibilityCondition[] }
  | { readonly kind: 'or'; readonly operands: readonly VisibilityCondition[] }
  | { readonly kind: 'not'; readonly operand: VisibilityCondition }
  | {
      readonly kind: 'compare';
      readonly field: QueryField;
      readonly operator: ComparisonOperator;
      readonly value: QueryValue;
    }
  | {
      readonly kind: 'in';
      readonly field: QueryField;
      readonly negated: boolean;
      readonly values: readonly QueryValue[];
    }
  | {
      readonly kind: 'between';
      readonly field: QueryField;
      readonly negated: boolean;
      readonly low: QueryValue;
      readonly high: QueryValue;
    }
  | { readonly kind: 'startsWith'; readonly field: QueryField; readonly negated: boolean; readonly prefix: string }
  /** Text only: the field shares a word with the literal. */
  | {
      readonly kind: 'hasWord';
      readonly field: QueryField;
      readonly negated: boolean;
      readonly words: readonly string[];
    }
  | { readonly kind: 'isNull'; readonly field: QueryField; readonly negated: boolean };

/** How `compare` compares. Strings compare by code point, as their UTF-8 bytes do. */
export type ComparisonOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** A literal converted to the type of the field it is compared with. */
export type QueryValue = string | number | boolean;

/** A whole query: what to match, and for counts, how to group. */
export interface VisibilityQuery {
  /** Undefined matches every execution. */
  readonly where: VisibilityCondition | undefined;
  readonly groupBy: 'ExecutionStatus' | undefined;
}
