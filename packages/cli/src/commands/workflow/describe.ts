import type { CommandSpec } from '../../command.js';
import type { Session } from '../../connection/session.js';
import { isObject, listAt, objectAt, textAt, type Json, type JsonObject } from '../../json.js';
import type { Column, Entries, Output } from '../../output/output.js';
import { failureText, payloadValue } from '../../payloads.js';
import { EXECUTION_FLAGS, executionOf } from './execution.js';
import { attributesOf, historyPages } from './history.js';
import { shortName, statusName } from './names.js';
import { readable } from './readable.js';

const RESET_POINTS: readonly Column[] = [
  { name: 'EventId', path: 'firstWorkflowTaskCompletedId' },
  { name: 'CreateTime', path: 'createTime', isTime: true },
  { name: 'BuildId', path: 'buildId' },
  { name: 'RunId', path: 'runId' },
];
const ACTIVITIES: readonly Column[] = [
  { name: 'ActivityId', path: 'activityId' },
  { name: 'Type', path: 'activityType.name' },
  { name: 'State', path: 'stateName' },
  { name: 'Attempt', path: 'attempt' },
  { name: 'LastFailure', path: 'failureText' },
];
const CHILDREN: readonly Column[] = [
  { name: 'WorkflowId', path: 'workflowId' },
  { name: 'Type', path: 'workflowTypeName' },
  { name: 'RunId', path: 'runId' },
];

/** `perdure workflow describe`. */
export const workflowDescribe: CommandSpec = {
  path: 'workflow describe',
  summary: 'Show what is known of a workflow execution, with what it waits for',
  details: 'Without -o: JSON for reading. -o table: the main facts, and how it ended. -o json: the answer of the API.',
  example: 'perdure workflow describe -w 123',
  flags: [
    ...EXECUTION_FLAGS,
    { flags: '--reset-points', description: 'only the points it can be reset to by build id' },
    { flags: '--raw', description: 'the answer of the API; the same as -o json' },
  ],
  run: async ({ flags, output, session }) => {
    const opened = await session();
    const request = { namespace: opened.namespace, execution: executionOf(flags) };
    const answer = await opened.call('DescribeWorkflowExecution', request);
    if (flags.isSet('reset-points')) {
      const points = listAt(answer, 'workflowExecutionInfo.autoResetPoints.points');
      return output.list(points, RESET_POINTS);
    }
    if (flags.isSet('raw') || !output.isForPeople) return output.message(answer);
    if (!output.isTableAsked) return output.message(readable(answer));
    await output.show(await sections(opened, output, answer));
  },
};

async function sections(session: Session, output: Output, answer: JsonObject): Promise<string> {
  const info = objectAt(answer, 'workflowExecutionInfo');
  const parts = [output.cardText('Execution:', facts(output, info))];
  const activities = listAt(answer, 'pendingActivities').map((activity) => ({
    ...activity,
    stateName: shortName(textAt(activity, 'state'), 'PENDING_ACTIVITY_STATE_'),
    failureText: isObject(activity['lastFailure']) ? failureText(activity['lastFailure']) : '',
  }));
  if (activities.length > 0) parts.push(await section(output, 'Pending activities', ACTIVITIES, activities));
  const children = listAt(answer, 'pendingChildren');
  if (children.length > 0) parts.push(await section(output, 'Pending children', CHILDREN, children));
  const task = objectAt(answer, 'pendingWorkflowTask');
  if (Object.keys(task).length > 0) {
    const state = shortName(textAt(task, 'state'), 'PENDING_WORKFLOW_TASK_STATE_');
    parts.push(
      output.cardText('Pending workflow task:', [
        ['State', state],
        ['Attempt', textAt(task, 'attempt')],
      ]),
    );
  }
  if (textAt(info, 'closeTime') !== '') parts.push(output.cardText('Result:', await ending(session, info)));
  return parts.join('\n');
}

async function section(
  output: Output,
  title: string,
  columns: readonly Column[],
  items: readonly JsonObject[],
): Promise<string> {
  const rows = items.map((item) => columns.map((column) => output.cell(item, column)));
  return `${title}: ${items.length}\n${await output.table(columns, rows)}`;
}

function facts(output: Output, info: JsonObject): Entries {
  const time = (path: string): string => (textAt(info, path) === '' ? '' : output.time(textAt(info, path)));
  const all: Entries = [
    ['WorkflowId', textAt(info, 'execution.workflowId')],
    ['RunId', textAt(info, 'execution.runId')],
    ['Type', textAt(info, 'type.name')],
    ['Status', statusName(textAt(info, 'status'))],
    ['TaskQueue', textAt(info, 'taskQueue')],
    ['StartTime', time('startTime')],
    ['CloseTime', time('closeTime')],
    ['SearchAttributes', values(objectAt(info, 'searchAttributes.indexedFields'))],
    ['Memo', values(objectAt(info, 'memo.fields'))],
    ['HistoryLength', textAt(info, 'historyLength')],
    ['HistorySize', textAt(info, 'historySizeBytes')],
  ];
  return all.filter(([, value]) => value !== '');
}

function values(payloads: JsonObject): string {
  const entries = Object.entries(payloads).map(([name, payload]): [string, Json] => [name, payloadValue(payload)]);
  return entries.length === 0 ? '' : JSON.stringify(Object.fromEntries(entries));
}

async function ending(session: Session, info: JsonObject): Promise<Entries> {
  let attributes: JsonObject = {};
  for await (const events of historyPages(session, objectAt(info, 'execution'), { isCloseOnly: true }))
    attributes = attributesOf(events.at(-1) ?? {});
  const status: readonly [string, string] = ['Status', statusName(textAt(info, 'status'))];
  if (isObject(attributes['failure'])) return [status, ['Failure', failureText(attributes['failure'])]];
  const [result] = listAt(attributes, 'result.payloads');
  if (result !== undefined) return [status, ['Result', JSON.stringify(payloadValue(result))]];
  const reason = textAt(attributes, 'reason');
  return reason === '' ? [status] : [status, ['Reason', reason]];
}
