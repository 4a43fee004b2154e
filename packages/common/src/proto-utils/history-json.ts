import { history as historyApi } from '@perdure/protocol';
import { fromJson, toJson } from '@perdure/protocol/json';
import { isRecord } from '../type-helpers.js';

/** `temporal.api.history.v1.History`. */
export type History = historyApi.IHistory;

/** The enums whose values older tools write as `WorkflowExecutionStarted` instead of `EVENT_TYPE_WORKFLOW_EXECUTION_STARTED`. */
const PREFIX_BY_FIELD: ReadonlyMap<string, string> = new Map(
  Object.entries({
    eventType: 'EVENT_TYPE_',
    kind: 'TASK_QUEUE_KIND_',
    parentClosePolicy: 'PARENT_CLOSE_POLICY_',
    workflowIdReusePolicy: 'WORKFLOW_ID_REUSE_POLICY_',
    initiator: 'CONTINUE_AS_NEW_INITIATOR_',
    retryState: 'RETRY_STATE_',
    timeoutType: 'TIMEOUT_TYPE_',
  }),
);

const PASCAL_CASE = /^[A-Z][a-z0-9]*(?:[A-Z][a-z0-9]*)*$/;

/** What holds the user's own names must stay as it is. */
const OPAQUE = new Set(['payloads', 'metadata', 'fields', 'indexedFields']);

/**
 * The history of its JSON, as the command lines, user interfaces and SDKs write it, whichever way they write enums. What a
 * newer server added is skipped. Throws a TypeError for what is no history.
 */
export function historyFromJSON(history: unknown): History {
  if (!isRecord(history) || !Array.isArray(history.events)) {
    throw new TypeError('Invalid history, expected an object with an array of events');
  }
  const events = history.events.map((event: unknown) => {
    if (!isRecord(event) || !Object.keys(event).some((name) => /event_?attributes$/i.test(name))) {
      throw new TypeError(`Missing attributes in history event: ${JSON.stringify(event)}`);
    }
    return withFullEnumNames(event);
  });
  return fromJson(historyApi.History, { events }, { ignoreUnknownFields: true });
}

/** The history as JSON text with indentation, as other tools write and read it. */
export function historyToJSON(history: History): string {
  const message = historyApi.History.decode(historyApi.History.encode(history));
  return JSON.stringify(toJson(historyApi.History, message), null, 2);
}

function withFullEnumNames(json: unknown, field?: string): unknown {
  if (typeof json === 'string') {
    const prefix = field === undefined ? undefined : PREFIX_BY_FIELD.get(field);
    return prefix !== undefined && PASCAL_CASE.test(json) ? prefix + constantCase(json) : json;
  }
  if (Array.isArray(json)) return json.map((item: unknown) => withFullEnumNames(item));
  if (!isRecord(json)) return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [name, OPAQUE.has(name) ? value : withFullEnumNames(value, name)]),
  );
}

function constantCase(pascalCase: string): string {
  return pascalCase.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
