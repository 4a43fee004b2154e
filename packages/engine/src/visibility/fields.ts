import type { QueryableExecution } from './row.js';
import { systemSearchAttributes, typeOfSearchAttribute } from './search-attribute.js';
import type { SearchAttributeType, SearchAttributeTypes } from './search-attribute.js';

/** What a field holds, which decides the literals and operators it takes. */
export type FieldType = SearchAttributeType | 'Duration' | 'Status';

/** The columns of the visibility row that a query can name. */
export type ColumnName = Exclude<keyof QueryableExecution, 'searchAttributes'>;

/** A field a query names: a column of the row, or a search attribute by name. */
export type QueryField =
  | { readonly source: 'column'; readonly name: string; readonly type: FieldType; readonly column: ColumnName }
  | { readonly source: 'attribute'; readonly name: string; readonly type: SearchAttributeType };

const columns: Readonly<Record<string, readonly [ColumnName, FieldType]>> = {
  CloseTime: ['closeTimeMs', 'Datetime'],
  ExecutionDuration: ['executionDurationMs', 'Duration'],
  ExecutionStatus: ['status', 'Status'],
  ExecutionTime: ['executionTimeMs', 'Datetime'],
  HistoryLength: ['historyLength', 'Int'],
  HistorySizeBytes: ['historySizeBytes', 'Int'],
  ParentRunId: ['parentRunId', 'Keyword'],
  ParentWorkflowId: ['parentWorkflowId', 'Keyword'],
  RootRunId: ['rootRunId', 'Keyword'],
  RootWorkflowId: ['rootWorkflowId', 'Keyword'],
  RunId: ['runId', 'Keyword'],
  StartTime: ['startTimeMs', 'Datetime'],
  StateTransitionCount: ['stateTransitionCount', 'Int'],
  TaskQueue: ['taskQueue', 'Keyword'],
  WorkflowId: ['workflowId', 'Keyword'],
  WorkflowType: ['workflowType', 'Keyword'],
};

/**
 * The columns under the types that lists of search attributes show them with: a status is a Keyword there, a duration
 * an Int. A workflow cannot set any of them.
 */
export const columnSearchAttributes: SearchAttributeTypes = Object.fromEntries(
  Object.entries(columns).map(([name, [, type]]) => [
    name,
    type === 'Status' ? 'Keyword' : type === 'Duration' ? 'Int' : type,
  ]),
);

/**
 * Finds a field by its name (case matters, as in Temporal): a column, a system attribute or a registered one. Names with
 * double quotes or backslashes are never found, so that stores may put names into JSON paths.
 */
export function findField(name: string, registered: SearchAttributeTypes): QueryField | undefined {
  if (/["\\]/.test(name)) return undefined;
  const column = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (column !== undefined) return { source: 'column', name, column: column[0], type: column[1] };
  const type = typeOfSearchAttribute(registered, name);
  return type && { source: 'attribute', name, type };
}

/** The known field name closest to a mistyped one, if any is close enough to be worth suggesting. */
export function suggestField(name: string, registered: SearchAttributeTypes): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.min(4, Math.ceil(name.length / 3) + 1);
  for (const known of [columns, systemSearchAttributes, registered].flatMap((names) => Object.keys(names))) {
    const distance = editDistance(wanted, known.toLowerCase());
    if (distance < bestDistance) {
      best = known;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein distance, one row at a time. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const current = [i];
    for (let j = 1; j <= right.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
