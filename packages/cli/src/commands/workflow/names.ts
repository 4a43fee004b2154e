import { textAt, type JsonObject } from '../../json.js';

/** `WorkflowExecutionStarted` of `EVENT_TYPE_WORKFLOW_EXECUTION_STARTED`, given the prefix. */
export function shortName(name: string, prefix: string): string {
  return name
    .replace(prefix, '')
    .toLowerCase()
    .replace(/(^|_)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
}

/** `MY_PREFIX_USE_EXISTING` of `UseExisting`. */
export function longName(name: string, prefix: string): string {
  return prefix + name.replace(/(?<=[a-z0-9])([A-Z])/g, '_$1').toUpperCase();
}

/** The type of an event as people say it. */
export function eventName(event: JsonObject): string {
  return shortName(textAt(event, 'eventType'), 'EVENT_TYPE_');
}

/** The status of an execution as people say it. */
export function statusName(status: string): string {
  return shortName(status, 'WORKFLOW_EXECUTION_STATUS_');
}

/** The time of an event to the second. */
export function eventTime(event: JsonObject): string {
  return `${textAt(event, 'eventTime').slice(0, 19)}Z`;
}

/** An event in one line, for what is shown as it happens. */
export function eventLine(event: JsonObject): string {
  return `  ${textAt(event, 'eventId').padStart(4)}  ${eventTime(event)}  ${eventName(event)}\n`;
}
