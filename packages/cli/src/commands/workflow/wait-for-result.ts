import type { CommandContext } from '../../command.js';
import { CommandError } from '../../errors.js';
import { listAt, objectAt, textAt, type Json, type JsonObject } from '../../json.js';
import { failureText, payloadValues } from '../../payloads.js';

const POLL_TIMEOUT_MS = 70_000;

/** Waits until the execution closes, following its runs, and shows its result. A CommandError unless it completed. */
export async function waitForResult(context: CommandContext, workflowId: string, firstRunId: string): Promise<void> {
  let runId = firstRunId;
  for (;;) {
    const event = await closeEvent(context, workflowId, runId);
    const kind = textAt(event, 'eventType').replace('EVENT_TYPE_WORKFLOW_EXECUTION_', '');
    const attributes = attributesOf(event);
    const next = textAt(attributes, 'newExecutionRunId');
    if (next === '') return show(context, { workflowId, runId, kind, attributes });
    runId = next;
  }
}

async function closeEvent({ session }: CommandContext, workflowId: string, runId: string): Promise<JsonObject> {
  const opened = await session();
  let nextPageToken: Json = '';
  for (;;) {
    const page: JsonObject = await opened.call(
      'GetWorkflowExecutionHistory',
      {
        namespace: opened.namespace,
        execution: { workflowId, runId },
        historyEventFilterType: 'HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT',
        waitNewEvent: true,
        nextPageToken,
      },
      { timeoutMs: POLL_TIMEOUT_MS },
    );
    const event = listAt(page, 'history.events').at(-1);
    if (event !== undefined) return event;
    nextPageToken = page['nextPageToken'] ?? '';
  }
}

/** What the event says, without its id, time and type. */
export function attributesOf(event: JsonObject): JsonObject {
  const name = Object.keys(event).find((key) => key.endsWith('EventAttributes'));
  return name === undefined ? {} : objectAt(event, name);
}

interface Closed {
  readonly workflowId: string;
  readonly runId: string;
  readonly kind: string;
  readonly attributes: JsonObject;
}

async function show({ output }: CommandContext, { workflowId, runId, kind, attributes }: Closed): Promise<void> {
  const values = payloadValues(attributes, 'result');
  const result = values.length > 1 ? values : (values[0] ?? null);
  const json = { workflowId, runId, status: kind, ...(kind === 'COMPLETED' ? { result } : { closeEvent: attributes }) };
  const rows: (readonly [string, string])[] = [['Status', kind]];
  if (kind === 'COMPLETED') rows.push(['Result', JSON.stringify(result)]);
  await output.card('Results:', rows, json);
  if (kind === 'COMPLETED') return;
  const reason =
    attributes['failure'] === undefined ? textAt(attributes, 'reason') : failureText(attributes['failure']);
  throw new CommandError(`workflow ${workflowId} ended as ${kind}${reason === '' ? '' : `: ${reason}`}`);
}
