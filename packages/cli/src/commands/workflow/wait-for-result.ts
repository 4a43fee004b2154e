import type { CommandContext } from '../../command.js';
import { CommandError } from '../../errors.js';
import { objectAt, textAt, type JsonObject } from '../../json.js';
import { failureText, payloadValues } from '../../payloads.js';
import { attributesOf, historyPages } from './history.js';

/** How an execution ended. */
export interface Closed {
  readonly workflowId: string;
  readonly runId: string;
  /** `COMPLETED`, `FAILED`, `TERMINATED` ... */
  readonly kind: string;
  /** The event that closed it. */
  readonly event: JsonObject;
  /** All events of its runs, if they were asked for. */
  readonly events: readonly JsonObject[];
}

/** Called with every page of events of the run it belongs to. */
type OnEvents = (events: readonly JsonObject[], runId: string) => void;

/**
 * Waits until the execution closes, following its runs. With `onEvents` all events are read on the way, and shown by it;
 * without it only the ones that close a run.
 */
export async function waitUntilClosed(
  { session }: CommandContext,
  workflowId: string,
  firstRunId: string,
  onEvents?: OnEvents,
): Promise<Closed> {
  const opened = await session();
  let runId = firstRunId;
  const all: JsonObject[] = [];
  for (;;) {
    let last: JsonObject = {};
    const choice = onEvents === undefined ? { isCloseOnly: true } : { isFollowing: true };
    for await (const events of historyPages(opened, { workflowId, runId }, choice)) {
      onEvents?.(events, runId);
      if (onEvents !== undefined) all.push(...events);
      last = events.at(-1) ?? last;
    }
    const attributes = attributesOf(last);
    const next = textAt(attributes, 'newExecutionRunId');
    const kind = textAt(last, 'eventType').replace('EVENT_TYPE_WORKFLOW_EXECUTION_', '');
    if (next === '') return { workflowId, runId, kind, event: last, events: all };
    runId = next;
  }
}

/** Shows how the execution ended; `more` is what the JSON says besides. A CommandError unless it completed. */
export async function showResult({ output }: CommandContext, closed: Closed, more: JsonObject): Promise<void> {
  const { workflowId, runId, kind, event } = closed;
  const attributes = attributesOf(event);
  const values = payloadValues(attributes, 'result');
  const result = values.length > 1 ? values : (values[0] ?? null);
  const isCompleted = kind === 'COMPLETED';
  // As Temporal's command line has it.
  const status = kind === 'TIMED_OUT' ? 'TIMEOUT' : kind;
  const json = { workflowId, runId, ...more, status, closeEvent: event, ...(isCompleted ? { result } : {}) };
  const rows: (readonly [string, string])[] = [['Status', kind]];
  if (isCompleted) rows.push(['Result', JSON.stringify(result)]);
  else if (attributes['failure'] !== undefined) rows.push(['Failure', failureText(objectAt(attributes, 'failure'))]);
  await output.card('Results:', rows, json);
  if (isCompleted) return;
  const reason =
    attributes['failure'] === undefined ? textAt(attributes, 'reason') : failureText(attributes['failure']);
  throw new CommandError(`workflow ${workflowId} ended as ${kind}${reason === '' ? '' : `: ${reason}`}`);
}
