import { isObject, type Json, type JsonObject } from '../../json.js';
import { payloadValue } from '../../payloads.js';
import { shortName } from './names.js';

/** Prefixes of the names of enums, which say again what the field says. */
const PREFIX =
  /^(WORKFLOW_EXECUTION_STATUS|TASK_QUEUE_KIND|PENDING_(WORKFLOW_TASK|ACTIVITY)_STATE|PARENT_CLOSE_POLICY|EVENT_TYPE|VERSIONING_BEHAVIOR|CALLBACK_STATE|RETRY_STATE|TIMEOUT_TYPE|WORKFLOW_ID_\w+?_POLICY|CONTINUE_AS_NEW_INITIATOR)_(?=[A-Z])/;

/** A message in JSON for people: enums by their short names, payloads as what they hold. */
export function readable(json: Json): Json {
  if (Array.isArray(json)) return (json as readonly Json[]).map(readable);
  if (typeof json === 'string') {
    const prefix = PREFIX.exec(json)?.[0];
    return prefix === undefined ? json : shortName(json, prefix);
  }
  if (!isObject(json)) return json;
  if (isPayload(json)) return payloadValue(json);
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [name, value === undefined ? undefined : readable(value)]),
  );
}

function isPayload({ metadata }: JsonObject): boolean {
  return isObject(metadata) && typeof metadata['encoding'] === 'string';
}
