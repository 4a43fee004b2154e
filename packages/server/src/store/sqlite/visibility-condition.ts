import type {
  ColumnName,
  QueryField,
  QueryValue,
  SearchAttributeType,
  VisibilityCondition,
} from '@perdure/engine/visibility';
import type { SqlValue } from './driver.js';

/** A condition as SQL, and what to bind to its question marks. Values never become part of the text. */
export interface SqlCondition {
  readonly sql: string;
  readonly bindings: readonly SqlValue[];
}

const columnNames: Readonly<Record<ColumnName, string>> = {
  workflowId: 'workflow_id',
  runId: 'run_id',
  workflowType: 'workflow_type',
  taskQueue: 'task_queue',
  status: 'status',
  startTimeMs: 'start_time_ms',
  executionTimeMs: 'execution_time_ms',
  closeTimeMs: 'close_time_ms',
  executionDurationMs: 'execution_duration_ms',
  historyLength: 'history_length',
  historySizeBytes: 'history_size_bytes',
  stateTransitionCount: 'state_transition_count',
  parentWorkflowId: 'parent_workflow_id',
  parentRunId: 'parent_run_id',
  rootWorkflowId: 'root_workflow_id',
  rootRunId: 'root_run_id',
};

/** Key of a search attribute in the JSON column: a value stored under another type is another value. */
export function searchAttributeKey(type: SearchAttributeType, name: string): string {
  return `${type}:${name}`;
}

/** Translates a condition. SQL's own NULL logic is what the engine's `matches` follows, so nothing is added for it. */
export function toSql(condition: VisibilityCondition): SqlCondition {
  switch (condition.kind) {
    case 'and':
      return chain(condition.operands, ' AND ');
    case 'or':
      return chain(condition.operands, ' OR ');
    case 'not': {
      const { sql, bindings } = toSql(condition.operand);
      return { sql: `NOT (${sql})`, bindings };
    }
    case 'isNull': {
      const { sql, bindings } = operandOf(condition.field);
      return { sql: `${sql} IS ${condition.negated ? 'NOT ' : ''}NULL`, bindings };
    }
    case 'compare': {
      const negated = isList(condition.field) && condition.operator === '!=';
      return test(condition.field, negated, negated ? '= ?' : `${condition.operator} ?`, [bound(condition.value)]);
    }
    case 'in': {
      const marks = condition.values.map(() => '?').join(', ');
      return test(condition.field, condition.negated, `IN (${marks})`, condition.values.map(bound));
    }
    case 'between':
      return test(condition.field, condition.negated, 'BETWEEN ? AND ?', [bound(condition.low), bound(condition.high)]);
    case 'startsWith':
      return startsWith(condition.field, condition.negated, condition.prefix);
    case 'hasWord': {
      const marks = condition.words.map(() => '?').join(', ');
      return test(condition.field, condition.negated, `IN (${marks})`, condition.words);
    }
  }
}

function chain(operands: readonly VisibilityCondition[], separator: string): SqlCondition {
  const parts = operands.map(toSql);
  return {
    sql: parts.map(({ sql }) => `(${sql})`).join(separator),
    bindings: parts.flatMap(({ bindings }) => bindings),
  };
}

/** A list satisfies a test when one of its items does; an absent list makes the test unknown. */
function test(field: QueryField, negated: boolean, predicate: string, values: readonly SqlValue[]): SqlCondition {
  const not = negated ? 'NOT ' : '';
  if (!isList(field)) {
    const operand = operandOf(field);
    return { sql: `${not}(${operand.sql} ${predicate})`, bindings: [...operand.bindings, ...values] };
  }
  const path = pathOf(field);
  return {
    sql:
      `CASE WHEN json_type(search_attributes, ?) IS NULL THEN NULL ELSE ` +
      `${not}EXISTS (SELECT 1 FROM json_each(search_attributes, ?) AS item WHERE item.value ${predicate}) END`,
    bindings: [path, path, ...values],
  };
}

/** By comparing the beginning: LIKE and GLOB would give characters of the prefix a meaning. */
function startsWith(field: QueryField, negated: boolean, prefix: string): SqlCondition {
  const not = negated ? 'NOT ' : '';
  if (isList(field)) {
    const path = pathOf(field);
    return {
      sql:
        `CASE WHEN json_type(search_attributes, ?) IS NULL THEN NULL ELSE ${not}EXISTS (SELECT 1 FROM ` +
        `json_each(search_attributes, ?) AS item WHERE substr(item.value, 1, length(?)) = ?) END`,
      bindings: [path, path, prefix, prefix],
    };
  }
  const { sql, bindings } = operandOf(field);
  return { sql: `${not}(substr(${sql}, 1, length(?)) = ?)`, bindings: [...bindings, prefix, prefix] };
}

function isList(field: QueryField): boolean {
  return field.type === 'KeywordList' || field.type === 'Text';
}

function operandOf(field: QueryField): SqlCondition {
  if (field.source === 'column') return { sql: columnNames[field.column], bindings: [] };
  return { sql: 'json_extract(search_attributes, ?)', bindings: [pathOf(field)] };
}

function pathOf(field: QueryField): string {
  return `$."${searchAttributeKey(field.type as SearchAttributeType, field.name)}"`;
}

function bound(value: QueryValue): SqlValue {
  return typeof value === 'boolean' ? Number(value) : value;
}
