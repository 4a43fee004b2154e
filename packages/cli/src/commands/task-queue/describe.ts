import type { CommandSpec } from '../../command.js';
import { listAt, type JsonObject } from '../../json.js';
import type { Column } from '../../output/output.js';

const TYPES = ['workflow', 'activity', 'nexus'] as const;

const POLLERS: readonly Column[] = [
  { name: 'Type', path: 'taskQueueType' },
  { name: 'Identity', path: 'identity' },
  { name: 'LastAccessTime', path: 'lastAccessTime', isTime: true },
  { name: 'RatePerSecond', path: 'ratePerSecond' },
];

/** `perdure task-queue describe`. */
export const taskQueueDescribe: CommandSpec = {
  path: 'task-queue describe',
  summary: 'Show who polls a task queue',
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
    { flags: '--report-stats', description: 'accepted for compatibility: stats are always asked for', isHidden: true },
    { flags: '--disable-stats', description: 'accepted for compatibility', isHidden: true },
    { flags: '--legacy-mode', description: 'accepted for compatibility', isHidden: true },
  ],
  run: async ({ flags, output, session }) => {
    const opened = await session();
    const asked = flags.allOf('task-queue-type', TYPES);
    const types = asked.length === 0 ? ['workflow', 'activity'] : asked;
    const answers: (readonly [type: string, answer: JsonObject])[] = [];
    for (const type of types) {
      const answer = await opened.call('DescribeTaskQueue', {
        namespace: opened.namespace,
        taskQueue: { name: flags.required('task-queue') },
        taskQueueType: `TASK_QUEUE_TYPE_${type.toUpperCase()}`,
        reportStats: true,
      });
      answers.push([type, answer]);
    }
    if (!output.isForPeople)
      return output.message(asked.length === 1 ? (answers[0]?.[1] ?? {}) : Object.fromEntries(answers));
    const pollers = answers.flatMap(([taskQueueType, answer]) =>
      listAt(answer, 'pollers').map((poller) => ({ ...poller, taskQueueType })),
    );
    if (pollers.length === 0) return output.text('Nobody polls this task queue: start a worker for it.\n');
    await output.list(pollers, POLLERS);
  },
};
