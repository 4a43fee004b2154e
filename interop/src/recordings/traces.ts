import { command, enumName, enums, timestampToMs, update, type history, type protocol } from '@perdure/protocol';
import { plain, withoutStacks } from './official-shapes.js';

type Fields = Readonly<Record<string, unknown>>;

/** What a command asks for, in the words of the event that it leads to. */
export interface Trace {
  readonly eventType: string;
  readonly attributes: Fields;
  readonly userMetadata: unknown;
}

/** Fields of events that are the server's own. */
const SERVER_MADE = [
  'workflowTaskCompletedEventId',
  'namespaceId',
  'newExecutionRunId',
  'acceptedEventId',
  'startedEventId',
  'identity',
  'requestId',
  'endpointId',
  'control',
];
/** Fields that the server fills in where the command says nothing. */
const FILLED_IN = [
  'scheduleToCloseTimeout',
  'scheduleToStartTimeout',
  'startToCloseTimeout',
  'heartbeatTimeout',
  'workflowRunTimeout',
  'workflowTaskTimeout',
  'parentClosePolicy',
  'workflowIdReusePolicy',
  'runId',
];
/** Fields of commands that no event keeps. */
const NOT_RECORDED = ['requestEagerExecution', 'initiator', 'inheritBuildId', 'useWorkflowBuildId', 'control'];

/** What the answer to a workflow task asks for, and what its events say was asked for, to be found equal. */
export function tracesOf(
  commands: readonly command.ICommand[],
  messages: readonly protocol.IMessage[],
  events: readonly history.HistoryEvent[],
): { readonly asked: readonly Trace[]; readonly recorded: readonly Trace[] } {
  // Over the wire, as the server gets them.
  const sent = commands.map((item) => command.Command.decode(command.Command.encode(item).slice()));
  const asked = sent.map((item) => traceOfCommand(item, messages));
  const ordered = inOrder(asked);
  const recorded = inOrder(events.map(traceOfEvent)).map((trace, index) => asTold(trace, ordered[index]));
  return { asked: ordered, recorded };
}

/** Markers of local activities first: an SDK finds them by their numbers, whatever they stand between. */
function inOrder(traces: readonly Trace[]): readonly Trace[] {
  const isLocal = ({ attributes }: Trace): boolean => attributes['markerName'] === 'core_local_activity';
  return [...traces.filter(isLocal), ...traces.filter((trace) => !isLocal(trace))];
}

/** Without what the server filled in: whole fields, and of a retry policy single ones. */
function asTold({ attributes: given, ...rest }: Trace, asked: Trace | undefined): Trace {
  const attributes: Record<string, unknown> = { ...given };
  const told = asked?.attributes ?? {};
  for (const name of FILLED_IN) if (!(name in told)) delete attributes[name];
  const retryPolicy = only(attributes['retryPolicy'], told['retryPolicy']);
  return { ...rest, attributes: bare({ ...attributes, retryPolicy }) };
}

function traceOfEvent(event: history.HistoryEvent): Trace {
  const attributes = attributesOf(event, 'EventAttributes');
  for (const name of [...SERVER_MADE, ...NOT_RECORDED]) delete attributes[name];
  return {
    eventType: enumName(enums.EventType, event.eventType) ?? '',
    attributes: bare(withReadableMarker(attributes)),
    userMetadata: plain(event.userMetadata),
  };
}

function only(whole: unknown, part: unknown): unknown {
  if (typeof whole !== 'object' || typeof part !== 'object' || whole === null || part === null) return undefined;
  return Object.fromEntries(Object.entries(whole).filter(([name]) => name in part));
}

/** Nothing, and a list of nothing, are the same. */
function bare(attributes: Fields): Fields {
  const fields = withoutStacks(plain(attributes)) as Record<string, unknown>;
  for (const name of ['input', 'header', 'memo', 'searchAttributes']) {
    if (Object.keys(fields[name] ?? {}).length === 0) delete fields[name];
  }
  return fields;
}

function traceOfCommand(item: command.Command, messages: readonly protocol.IMessage[]): Trace {
  const commandType = enumName(enums.CommandType, item.commandType) ?? '';
  const given = attributesOf(item, 'CommandAttributes');
  const protocolMessage = messages.find(({ id }) => id === given['messageId']);
  if (protocolMessage !== undefined) return traceOfMessage(protocolMessage);
  const { execution, ...rest } = given;
  let attributes: Record<string, unknown> = execution === undefined ? rest : { ...rest, workflowExecution: execution };
  if (commandType === 'COMMAND_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION') {
    const { workflowId, runId, ...others } = attributes;
    attributes = { ...others, workflowExecution: { workflowId, runId } };
  }
  for (const name of NOT_RECORDED) delete attributes[name];
  return {
    eventType: EVENT_OF[commandType] ?? commandType,
    attributes: bare(withReadableMarker(attributes)),
    userMetadata: plain(item.userMetadata),
  };
}

function traceOfMessage({ protocolInstanceId, body }: protocol.IMessage): Trace {
  const value = body?.value ?? new Uint8Array();
  if (body?.typeUrl?.endsWith('Acceptance') === true) {
    const accepted = update.Acceptance.decode(value);
    const attributes = bare({ protocolInstanceId, ...accepted });
    return { eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED', attributes, userMetadata: undefined };
  }
  const { meta, outcome } = update.Response.decode(value);
  const attributes = bare({ meta, outcome });
  return { eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED', attributes, userMetadata: undefined };
}

/**
 * The data of a local activity's marker: what it says, and of which kind are the times that are another clock's. Everything else as it is.
 */
function withReadableMarker(attributes: Fields): Fields {
  if (attributes['markerName'] !== 'core_local_activity') return attributes;
  const { data, ...details } = attributes['details'] as Record<string, { payloads: { data: Uint8Array }[] }>;
  const said = JSON.parse(new TextDecoder().decode(data?.payloads[0]?.data)) as Record<string, never>;
  const completedAt: unknown =
    said['complete_time'] === null ? null : Math.floor(timestampToMs(said['complete_time']) ?? 0);
  const times = {
    complete_time: completedAt,
    original_schedule_time: Object.keys(said['original_schedule_time'] ?? {}),
  };
  return { ...attributes, details, data: { ...said, ...times } };
}

function attributesOf(message: object, ending: string): Record<string, unknown> {
  const found = Object.entries(message).find(([key, value]) => key.endsWith(ending) && value !== undefined);
  return { ...(found?.[1] as Fields | undefined) };
}

const EVENT_OF: Readonly<Record<string, string>> = {
  COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK: 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED',
  COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK: 'EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED',
  COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION: 'EVENT_TYPE_NEXUS_OPERATION_SCHEDULED',
  COMMAND_TYPE_REQUEST_CANCEL_NEXUS_OPERATION: 'EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUESTED',
  COMMAND_TYPE_START_TIMER: 'EVENT_TYPE_TIMER_STARTED',
  COMMAND_TYPE_CANCEL_TIMER: 'EVENT_TYPE_TIMER_CANCELED',
  COMMAND_TYPE_RECORD_MARKER: 'EVENT_TYPE_MARKER_RECORDED',
  COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION: 'EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED',
  COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION: 'EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED',
  COMMAND_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION:
    'EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED',
  COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: 'EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
  COMMAND_TYPE_MODIFY_WORKFLOW_PROPERTIES: 'EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED',
  COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION: 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED',
  COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION: 'EVENT_TYPE_WORKFLOW_EXECUTION_FAILED',
  COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION: 'EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED',
  COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION: 'EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW',
};
