import { enums, type history } from '@perdure/protocol';

/** Attributes that are the same in every story, or different in every run. */
const HIDDEN: ReadonlySet<string> = new Set(
  (
    'identity requestId originalExecutionRunId firstExecutionRunId historySizeBytes sdkMetadata meteringMetadata ' +
    'workerVersion binaryChecksum header namespace namespaceId workflowExecutionExpirationTime retryPolicy ' +
    'workflowRunTimeout workflowTaskTimeout workflowExecutionTimeout workflowId suggestContinueAsNewReasons ' +
    'startToCloseTimeout scheduleToStartTimeout scheduleToCloseTimeout heartbeatTimeout taskQueue workflowType ' +
    'rootWorkflowExecution activityType acceptedRequestMessageId acceptedRequestSequencingEventId prevAutoResetPoints'
  ).split(' '),
);

const SHORT_NAMES: Readonly<Record<string, string>> = {
  workflowTaskCompletedEventId: 'completed',
  scheduledEventId: 'scheduled',
  startedEventId: 'started',
  initiatedEventId: 'initiated',
};

const ENUM_FIELDS: Readonly<Record<string, Readonly<Record<string, string | number>>>> = {
  'WorkflowTaskFailed.cause': enums.WorkflowTaskFailedCause,
  'StartChildWorkflowExecutionFailed.cause': enums.StartChildWorkflowExecutionFailedCause,
  retryState: enums.RetryState,
  timeoutType: enums.TimeoutType,
  initiator: enums.ContinueAsNewInitiator,
  parentClosePolicy: enums.ParentClosePolicy,
  workflowIdReusePolicy: enums.WorkflowIdReusePolicy,
  origin: enums.UpdateAdmittedEventOrigin,
};

/** How a transcript is written. */
export interface TranscriptOptions {
  readonly show?: readonly string[];
  readonly hide?: readonly string[];
}

/** One line for each event: id, type, and the attributes that carry meaning; empty ones are left out. */
export function transcript(events: readonly history.IHistoryEvent[], options: TranscriptOptions = {}): string {
  return events.map((event) => line(event, options)).join('\n');
}

/** `WorkflowExecutionStarted` and so on. */
export function eventTypeName(type: enums.EventType | null | undefined): string {
  return camelCase(enumName(enums.EventType, type ?? 0).replace('EVENT_TYPE_', ''));
}

function line(event: history.IHistoryEvent, { show = [], hide = [] }: TranscriptOptions): string {
  const type = eventTypeName(event.eventType);
  const [, attributes] =
    Object.entries(event).find(([key, value]) => key.endsWith('EventAttributes') && value != null) ?? [];
  const parts = Object.entries((attributes ?? {}) as Record<string, unknown>)
    .filter(([name]) => show.includes(name) || !(HIDDEN.has(name) || hide.includes(name)))
    .map(([name, value]) => [name, text(type, name, value)] as const)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${SHORT_NAMES[name] ?? name}=${value}`);
  return [String(event.eventId), type, ...parts].join(' ');
}

function text(eventType: string, name: string, value: unknown): string {
  const fields = ENUM_FIELDS[`${eventType}.${name}`] ?? ENUM_FIELDS[name];
  if (fields !== undefined && typeof value === 'number') return value === 0 ? '' : shortEnum(fields, value);
  const json = simplified(value);
  if (json === undefined) return '';
  return typeof json === 'string' ? json : JSON.stringify(json).replaceAll('"', "'");
}

/** Payloads as their values, durations in seconds, zero values as absent. */
function simplified(value: unknown): unknown {
  if (value === null || value === undefined || value === 0 || value === '' || value === false) return undefined;
  if (typeof value === 'string') return shortId(value);
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((item) => simplified(item) ?? null);
  if (typeof value !== 'object') return value;
  return simplifiedObject(value as Record<string, unknown>);
}

function simplifiedObject(value: Record<string, unknown>): unknown {
  const keys = Object.keys(value);
  if (value['metadata'] !== undefined && 'data' in value) {
    return JSON.parse(new TextDecoder().decode(value['data'] as Uint8Array)) as unknown;
  }
  if (keys.length === 2 && 'seconds' in value && 'nanos' in value) {
    const seconds = Number(value['seconds']) + Number(value['nanos']) / 1e9;
    return seconds === 0 ? undefined : `${seconds}s`;
  }
  const [only] = keys;
  if (keys.length === 1 && only !== undefined && ['payloads', 'indexedFields', 'fields', 'name'].includes(only))
    return simplified(value[only]);
  const entries = keys
    .filter((key) => !['source', 'encodedAttributes', 'stackTrace'].includes(key))
    .map(
      (key) =>
        [
          key,
          key === 'timeoutType' ? shortEnum(enums.TimeoutType, Number(value[key])) : simplified(value[key]),
        ] as const,
    )
    .filter(([, item]) => item !== undefined);
  return entries.length === 0 ? (keys.length === 0 ? {} : undefined) : Object.fromEntries(entries);
}

/** Ids made by the test's counter as `id-7`. */
function shortId(value: string): string {
  return value.replace(/00000000-0000-4000-8000-0*(\d+)/g, 'id-$1');
}

function enumName(values: Readonly<Record<string, string | number>>, value: number): string {
  return Object.entries(values).find(([, each]) => each === value)?.[0] ?? String(value);
}

function shortEnum(values: Readonly<Record<string, string | number>>, value: number): string {
  const names = Object.keys(values);
  const unspecified = names.find((name) => name.endsWith('UNSPECIFIED')) ?? '';
  return enumName(values, value).replace(unspecified.replace('UNSPECIFIED', ''), '');
}

function camelCase(name: string): string {
  return name
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join('');
}
