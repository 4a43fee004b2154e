import type { CommandSpec } from '../../command.js';
import { UsageError } from '../../errors.js';
import { isObject, listAt, type JsonObject } from '../../json.js';
import type { Column } from '../../output/output.js';

const TYPES = ['workflow', 'activity', 'nexus'] as const;

const POLLERS: readonly Column[] = [
  { name: 'Type', path: 'taskQueueType' },
  { name: 'Identity', path: 'identity' },
  { name: 'LastAccessTime', path: 'lastAccessTime', isTime: true },
  { name: 'RatePerSecond', path: 'ratePerSecond' },
];

const STATS: readonly Column[] = [
  { name: 'Type', path: 'taskQueueType' },
  { name: 'Backlog', path: 'approximateBacklogCount' },
  { name: 'BacklogAge', path: 'approximateBacklogAge' },
  { name: 'AddedPerSecond', path: 'tasksAddRate' },
  { name: 'TakenPerSecond', path: 'tasksDispatchRate' },
];

/** `perdure task-queue describe`. */
export const taskQueueDescribe: CommandSpec = {
  path: 'task-queue describe',
  summary: 'Show who polls a task queue, and how much waits in it',
  details: 'A queue that nobody polls is why an execution does not go on.',
  example: 'perdure task-queue describe -t hello-world',
  flags: [
    { flags: '-t, --task-queue <name>', description: 'the task queue', required: true },
    {
      flags: '--task-queue-type <type>',
      description: `${TYPES.join(', ')}; may be repeated (default: workflow and activity)`,
      many: true,
      values: TYPES,
    },
    { flags: '--disable-stats', description: 'without the backlog' },
    { flags: '--report-stats', description: 'with the backlog, as always', isHidden: true },
    { flags: '--legacy-mode', description: 'older form', withoutEffect: 'there is one form only' },
  ],
  run: async ({ flags, output, session }) => {
    const opened = await session();
    const asked = flags.allOf('task-queue-type', TYPES);
    if (flags.isSet('report-stats') && flags.isSet('disable-stats'))
      throw new UsageError('--report-stats and --disable-stats exclude each other');
    const types = asked.length === 0 ? ['workflow', 'activity'] : asked;
    const answers: (readonly [type: string, answer: JsonObject])[] = [];
    for (const type of types) {
      const answer = await opened.call('DescribeTaskQueue', {
        namespace: opened.namespace,
        taskQueue: { name: flags.required('task-queue') },
        taskQueueType: `TASK_QUEUE_TYPE_${type.toUpperCase()}`,
        reportStats: !flags.isSet('disable-stats'),
      });
      answers.push([type, answer]);
    }
    if (!output.isForPeople)
      return output.message(asked.length === 1 ? (answers[0]?.[1] ?? {}) : Object.fromEntries(answers));
    const pollers = answers.flatMap(([taskQueueType, answer]) =>
      listAt(answer, 'pollers').map((poller) => ({ ...poller, taskQueueType })),
    );
    const stats = answers.flatMap(([taskQueueType, { stats: found }]) =>
      isObject(found) ? [{ approximateBacklogCount: '0', ...found, taskQueueType }] : [],
    );
    if (pollers.length === 0) output.text('Nobody polls this task queue: start a worker for it.\n');
    else await output.list(pollers, POLLERS);
    if (stats.length === 0) return;
    output.text('\n');
    await output.list(stats, STATS);
  },
};
