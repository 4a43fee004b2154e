import type { CommandSpec } from '../../command.js';
import { at, listAt, objectAt, textAt, type Json, type JsonObject } from '../../json.js';
import type { Entries, Output } from '../../output/output.js';
import { shortName } from '../workflow/names.js';
import { SCHEDULE_FLAG } from './request.js';
import { timesOf } from './spec-text.js';

/** So many of the last and of the next actions are shown; JSON has all that the server tells. */
const SHOWN_ACTIONS = 3;

/** `perdure schedule describe`. */
export const scheduleDescribe: CommandSpec = {
  path: 'schedule describe',
  summary: 'Show a schedule, with what it did last and does next',
  details: 'The main facts; -o json: the answer of the API.',
  example: 'perdure schedule describe -s nightly',
  flags: [SCHEDULE_FLAG],
  run: async ({ flags, output, session }) => {
    const opened = await session();
    const scheduleId = flags.required('schedule-id');
    const answer = await opened.call('DescribeSchedule', { namespace: opened.namespace, scheduleId });
    await output.card('', [['ScheduleId', scheduleId], ...facts(answer, output)], answer);
  },
};

function facts(answer: JsonObject, output: Output): Entries {
  const started = objectAt(answer, 'schedule.action.startWorkflow');
  const state = objectAt(answer, 'schedule.state');
  const info = objectAt(answer, 'info');
  const entries: [string, string][] = [
    ['Workflow', textAt(started, 'workflowType.name')],
    ['WorkflowId', textAt(started, 'workflowId')],
    ['TaskQueue', textAt(started, 'taskQueue.name')],
    ['Times', timesOf(objectAt(answer, 'schedule.spec')).join('; ')],
    ['Overlap', shortName(textAt(answer, 'schedule.policies.overlapPolicy'), 'SCHEDULE_OVERLAP_POLICY_')],
    ['Paused', at(state, 'paused') === true ? 'yes' : 'no'],
    ['Notes', textAt(state, 'notes')],
    ['Remaining', at(state, 'limitedActions') === true ? textAt(state, 'remainingActions') || '0' : ''],
    ['Actions', counts(info)],
    [
      'Running',
      listAt(info, 'runningWorkflows')
        .map((run) => textAt(run, 'workflowId'))
        .join(', '),
    ],
    ['LastActions', lastActions(info, output).join(', ')],
    ['NextActions', nextActions(info, output).join(', ')],
  ];
  return entries.filter(([, value]) => value !== '');
}

function counts(info: JsonObject): string {
  const others = (
    [
      ['missedCatchupWindow', 'missed'],
      ['overlapSkipped', 'skipped for overlap'],
      ['bufferDropped', 'dropped'],
    ] as const
  ).flatMap(([path, what]) => {
    const count = textAt(info, path);
    return count === '' || count === '0' ? [] : [`${count} ${what}`];
  });
  return [`${textAt(info, 'actionCount') || '0'} taken`, ...others].join(', ');
}

function lastActions(info: JsonObject, output: Output): string[] {
  return listAt(info, 'recentActions')
    .slice(-SHOWN_ACTIONS)
    .reverse()
    .map((action) => output.time(textAt(action, 'actualTime')));
}

function nextActions(info: JsonObject, output: Output): string[] {
  const times = (at(info, 'futureActionTimes') ?? []) as readonly Json[];
  return times.slice(0, SHOWN_ACTIONS).map((time) => output.time(String(time)));
}
