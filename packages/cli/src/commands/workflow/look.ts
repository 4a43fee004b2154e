import type { CommandSpec } from '../../command.js';
import { listAt, textAt, type Json, type JsonObject } from '../../json.js';
import type { Column } from '../../output/output.js';
import { EXECUTION_FLAGS, executionOf } from './execution.js';
import { waitForResult } from './wait-for-result.js';

const COLUMNS: readonly Column[] = [
  { name: 'Status', path: 'statusName' },
  { name: 'WorkflowId', path: 'execution.workflowId' },
  { name: 'Name', path: 'type.name' },
  { name: 'StartTime', path: 'startTime', isTime: true },
];
const MORE_COLUMNS: readonly Column[] = [
  { name: 'RunId', path: 'execution.runId' },
  { name: 'TaskQueue', path: 'taskQueue' },
  { name: 'CloseTime', path: 'closeTime', isTime: true },
  { name: 'HistoryLength', path: 'historyLength' },
];
const QUERY_FLAG = { flags: '-q, --query <filter>', description: `which ones, such as ExecutionStatus = 'Running'` };

/** `perdure workflow list`. */
export const workflowList: CommandSpec = {
  path: 'workflow list',
  summary: 'List workflow executions, the latest first',
  example: `perdure workflow list --query "WorkflowType = 'MyWorkflow'" --limit 10`,
  flags: [QUERY_FLAG, { flags: '--limit <count>', description: 'at most so many' }],
  run: async ({ flags, output, session }) => {
    const opened = await session();
    const request = { namespace: opened.namespace, query: flags.text('query') ?? '' };
    const found = await opened.pages('ListWorkflowExecutions', request, 'executions', flags.count('limit') ?? Infinity);
    const rows = output.format === 'table' ? found.map((item) => ({ ...item, statusName: statusName(item) })) : found;
    await output.list(rows, COLUMNS, MORE_COLUMNS);
  },
};

/** `perdure workflow count`. */
export const workflowCount: CommandSpec = {
  path: 'workflow count',
  summary: 'Count workflow executions',
  example: `perdure workflow count --query "ExecutionStatus = 'Running'"`,
  flags: [QUERY_FLAG],
  run: async ({ flags, output, session }) => {
    const opened = await session();
    const request = { namespace: opened.namespace, query: flags.text('query') ?? '' };
    const answer = await opened.call('CountWorkflowExecutions', request);
    const groups = listAt(answer, 'groups')
      .map((group) => `\nGroup ${textAt(group, 'count')}`)
      .join('');
    output.done(`Total: ${textAt(answer, 'count') || '0'}${groups}`, { count: '0', ...answer });
  },
};

/** `perdure workflow describe`. */
export const workflowDescribe: CommandSpec = {
  path: 'workflow describe',
  summary: 'Show what is known of a workflow execution, with what it waits for',
  example: 'perdure workflow describe -w 123',
  flags: EXECUTION_FLAGS,
  run: async ({ flags, output, session }) => {
    const opened = await session();
    const request = { namespace: opened.namespace, execution: executionOf(flags) };
    output.message(await opened.call('DescribeWorkflowExecution', request));
  },
};

/** `perdure workflow show`. */
export const workflowShow: CommandSpec = {
  path: 'workflow show',
  summary: 'Show the event history; with -o json, in the form that replayers read',
  example: 'perdure workflow show -w 123 --follow',
  flags: [
    ...EXECUTION_FLAGS,
    { flags: '-f, --follow', description: 'go on until the execution closes' },
    { flags: '--limit <count>', description: 'at most so many events' },
  ],
  run: async ({ flags, output, session }) => {
    const opened = await session();
    const isFollowing = flags.isSet('follow');
    const limit = flags.count('limit') ?? Infinity;
    const events: JsonObject[] = [];
    let nextPageToken: Json = '';
    do {
      const page: JsonObject = await opened.call(
        'GetWorkflowExecutionHistory',
        { namespace: opened.namespace, execution: executionOf(flags), waitNewEvent: isFollowing, nextPageToken },
        isFollowing ? { timeoutMs: 70_000 } : {},
      );
      const arrived = listAt(page, 'history.events').slice(0, limit - events.length);
      events.push(...arrived);
      if (isFollowing && output.format === 'table') output.text(arrived.map(eventLine).join(''));
      nextPageToken = page['nextPageToken'] ?? '';
    } while (nextPageToken !== '' && events.length < limit);
    if (output.format === 'json') return output.message({ events });
    if (isFollowing && output.format === 'table') return;
    await output.list(
      output.format === 'table' ? events.map((event) => ({ ...event, kind: eventName(event) })) : events,
      [
        { name: 'ID', path: 'eventId' },
        { name: 'Time', path: 'eventTime' },
        { name: 'Type', path: 'kind' },
      ],
    );
  },
};

/** `perdure workflow result`. */
export const workflowResult: CommandSpec = {
  path: 'workflow result',
  summary: 'Wait for a workflow execution and show its result',
  example: 'perdure workflow result -w 123',
  flags: EXECUTION_FLAGS,
  run: (context) => waitForResult(context, context.flags.required('workflow-id'), context.flags.text('run-id') ?? ''),
};

function eventLine(event: JsonObject): string {
  return `  ${textAt(event, 'eventId').padStart(4)}  ${textAt(event, 'eventTime')}  ${eventName(event)}\n`;
}

function eventName(event: JsonObject): string {
  return pascalCase(textAt(event, 'eventType').replace('EVENT_TYPE_', ''));
}

function statusName(item: JsonObject): string {
  return pascalCase(textAt(item, 'status').replace('WORKFLOW_EXECUTION_STATUS_', ''));
}

function pascalCase(name: string): string {
  return name.toLowerCase().replace(/(^|_)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
}
