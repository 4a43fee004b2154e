import type { QueryValue } from './condition.js';
import { parseDateTimeMs, parseDurationMs } from './time-literals.js';
import type { FieldType, QueryField } from './fields.js';
import type { Token } from './tokenizer.js';

/** `temporal.api.enums.v1.WorkflowExecutionStatus` by the names queries use. */
export const executionStatuses: Readonly<Record<string, number>> = {
  Running: 1,
  Completed: 2,
  Failed: 3,
  Canceled: 4,
  Terminated: 5,
  ContinuedAsNew: 6,
  TimedOut: 7,
  Paused: 8,
};

const statusesByLooseName = new Map(
  Object.entries(executionStatuses).map(([name, status]) => [name.toLowerCase(), status] as const),
);

const expectations: Readonly<Record<FieldType, string>> = {
  Bool: 'true or false',
  Datetime: "an RFC 3339 time such as '2026-03-01T12:00:00Z', or nanoseconds since 1970",
  Double: 'a number',
  Duration: "a duration such as '1h30m' or '01:30:00', or nanoseconds",
  Int: 'a whole number',
  Keyword: 'a string in quotes',
  KeywordList: 'a string in quotes',
  Status: `one of ${Object.keys(executionStatuses).join(', ')} in quotes`,
  Text: 'a string in quotes',
};

/** Says which literals a field takes, for error messages. */
export function expectedLiteral(field: QueryField): string {
  return expectations[field.type];
}

/** Converts a literal token to the type of a field; undefined when it does not fit. */
export function convertLiteral(field: QueryField, token: Token): QueryValue | undefined {
  if (token.kind === 'word') {
    const word = token.text.toLowerCase();
    return field.type === 'Bool' && (word === 'true' || word === 'false') ? word === 'true' : undefined;
  }
  if (token.kind !== 'string' && token.kind !== 'number') return undefined;
  switch (field.type) {
    case 'Bool':
      return toBoolean(token.text);
    case 'Int':
      return toNumber(token.text, Number.isInteger);
    case 'Double':
      return toNumber(token.text, Number.isFinite);
    case 'Keyword':
    case 'KeywordList':
    case 'Text':
      return token.kind === 'string' ? token.text : undefined;
    case 'Status':
      return toStatus(token.text);
    case 'Datetime':
      return parseDateTimeMs(token.text);
    case 'Duration':
      return parseDurationMs(token.text);
  }
}

function toBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

function toNumber(text: string, accept: (value: number) => boolean): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return accept(value) ? value : undefined;
}

/** Accepts 'TimedOut', 'timed_out', 'WORKFLOW_EXECUTION_STATUS_TIMED_OUT' and the enum number. */
function toStatus(text: string): number | undefined {
  if (/^\d+$/.test(text)) {
    const status = Number(text);
    return status >= 1 && status <= statusesByLooseName.size ? status : undefined;
  }
  const name = text.toLowerCase().replace(/^workflow_execution_status_/, '');
  return statusesByLooseName.get(name.replaceAll('_', ''));
}
