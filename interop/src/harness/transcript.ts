import { history as historyApi } from './api.js';
import { fromPayload } from './payloads.js';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** How a transcript is written. */
export interface TranscriptOptions {
  /** Attributes to show although they are hidden by default. */
  readonly show?: readonly string[];
  /** Attributes to leave out, on top of the default ones. */
  readonly hide?: readonly string[];
}

// Attributes that differ from run to run or from SDK to SDK; a test that is about one of them asks for it in `show`.
const hiddenByDefault = new Set([
  'identity', 'requestId', 'originalExecutionRunId', 'firstExecutionRunId', 'historySizeBytes', 'sdkMetadata', 'meteringMetadata',
  'workerVersion', 'binaryChecksum', 'header', 'namespaceId', 'parentWorkflowNamespaceId', 'workflowExecutionExpirationTime',
  'completionEvent', 'expirationTime', 'retryPolicy', 'workflowRunTimeout', 'workflowTaskTimeout', 'workflowExecutionTimeout',
  'firstWorkflowTaskBackoff', 'startToCloseTimeout', 'scheduleToStartTimeout', 'scheduleToCloseTimeout', 'heartbeatTimeout', 'workflowId',
  'attempt', 'prevAutoResetPoints', 'namespace', 'useWorkflowBuildId', 'useCompatibleVersion', 'inheritBuildId', 'priority',
  'stackTrace', 'source', 'suggestContinueAsNewReasons', 'workerDeploymentName', 'deploymentVersion', 'versioningBehavior',
  'parentInitiatedEventVersion', 'initiatedEventVersion', 'rootWorkflowExecution', 'externalWorkflowExecution.runId',
]); // prettier-ignore

const shortNames: Readonly<Record<string, string>> = {
  workflowTaskCompletedEventId: 'completed',
  scheduledEventId: 'scheduled',
  startedEventId: 'started',
  initiatedEventId: 'initiated',
};

const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** The event types of a history in order, without the EVENT_TYPE_ prefix: `WorkflowExecutionStarted`, ... */
export function eventTypes(events: readonly historyApi.IHistoryEvent[]): string[] {
  return events.map((event) => typeName(plain(event).eventType));
}

/**
 * One line per event: id, type, and the attributes that carry meaning, with payloads decoded, durations in seconds, and the
 * random parts of ids removed, so that two runs of the same story read the same.
 */
export function transcript(events: readonly historyApi.IHistoryEvent[], options: TranscriptOptions = {}): string {
  const lines = events.map((event) => {
    const object = plain(event);
    const [, attributes] = Object.entries(object).find(([key]) => key.endsWith('EventAttributes')) ?? [];
    const parts = Object.entries((attributes ?? {}) as Record<string, unknown>)
      .filter(([key]) => isShown(key, options))
      .map(([key, value]) => [key, compact(value, options)] as const)
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([key, value]) => `${shortNames[key] ?? key}=${value}`);
    return [String(object.eventId), typeName(object.eventType), ...parts].join(' ');
  });
  return lines.join('\n');
}

function isShown(key: string, { show = [], hide = [] }: TranscriptOptions): boolean {
  return show.includes(key) || !(hide.includes(key) || hiddenByDefault.has(key));
}

function plain(event: historyApi.IHistoryEvent): Record<string, unknown> & { eventId: number; eventType: string } {
  const message = historyApi.HistoryEvent.create(event);
  const object = historyApi.HistoryEvent.toObject(message, { enums: String, longs: Number });
  return object as ReturnType<typeof plain>;
}

function typeName(eventType: unknown): string {
  return String(eventType)
    .replace(/^EVENT_TYPE_/, '')
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join('');
}

function compact(value: unknown, options: TranscriptOptions): string | undefined {
  const json = toJson(value, options);
  if (json === undefined) return undefined;
  return readable(typeof json === 'string' ? json : JSON.stringify(json).replaceAll('"', "'"));
}

// Zero values read as absent, as they do on the wire.
function toJson(value: unknown, options: TranscriptOptions): Json | undefined {
  if (value === null || value === undefined || value === 0 || value === '' || value === false) return undefined;
  if (typeof value === 'string') return readable(value);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.length ? value.map((item) => toJson(item, options) ?? null) : undefined;
  return objectToJson(value as Record<string, unknown>, options);
}

function objectToJson(value: Record<string, unknown>, options: TranscriptOptions): Json | undefined {
  if (isPayload(value)) return (fromPayload(value) ?? null) as Json;
  const keys = Object.keys(value);
  if (keys.length === 0) return '{}';
  if (keys.every((key) => key === 'seconds' || key === 'nanos')) return `${secondsOf(value)}s`;
  if (keys.length === 1 && Array.isArray(value.payloads)) return toJson(value.payloads, options);
  if (keys.length === 1 && value.indexedFields) return toJson(value.indexedFields, options);
  if (keys.length === 1 && value.fields) return toJson(value.fields, options);
  if (value.kind === 'TASK_QUEUE_KIND_STICKY') return '<sticky>';
  if (typeof value.name === 'string') return readable(value.name);
  const entries = Object.entries(value)
    .filter(([key]) => key === 'workflowId' || isShown(key, options))
    .map(([key, item]) => [key, toJson(item, options)] as const)
    .filter((entry): entry is readonly [string, Json] => entry[1] !== undefined);
  // Maps come in any order.
  if (Object.values(value).every(isPayloadOrPayloads)) entries.sort(([left], [right]) => (left < right ? -1 : 1));
  return entries.length ? Object.fromEntries(entries) : undefined;
}

function isPayloadOrPayloads(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return 'payloads' in value || isPayload(value as Record<string, unknown>);
}

function isPayload(value: Record<string, unknown>): boolean {
  return typeof value.metadata === 'object' && 'encoding' in (value.metadata ?? {});
}

function secondsOf(value: Record<string, unknown>): number {
  return Number(value.seconds ?? 0) + Number(value.nanos ?? 0) / 1e9;
}

// Enum prefixes say nothing that the field's name does not; ids end in random digits (see Environment.uniqueId).
function readable(text: string): string {
  return text
    .replace(enumPrefixes, '')
    .replace(uuid, '<uuid>')
    .replace(/-[0-9a-f]{8}\b(?!-)/g, '');
}

const enumPrefixes = new RegExp(
  '^(EVENT_TYPE|WORKFLOW_TASK_FAILED_CAUSE|TIMEOUT_TYPE|RETRY_STATE|TASK_QUEUE_KIND|CONTINUE_AS_NEW_INITIATOR|' +
    'PARENT_CLOSE_POLICY|WORKFLOW_ID_REUSE_POLICY|START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE|' +
    'SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE|CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE)_',
);
