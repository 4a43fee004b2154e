import type { CommandSpec } from '../../command.js';
import { listAt, type JsonObject } from '../../json.js';

/** `perdure task-queue list-partition`. */
export const taskQueueListPartition: CommandSpec = {
  path: 'task-queue list-partition',
  summary: 'List the partitions of a task queue, and who owns each',
  example: 'perdure task-queue list-partition -t hello-world',
  flags: [{ flags: '-t, --task-queue <name>', description: 'the task queue', required: true }],
  run: async ({ flags, output, session }) => {
    const opened = await session();
    const answer = await opened.call('ListTaskQueuePartitions', {
      namespace: opened.namespace,
      taskQueue: { name: flags.required('task-queue') },
    });
    if (!output.isForPeople) return output.message(answer);
    await output.list(
      [...rows(answer, 'workflow'), ...rows(answer, 'activity')],
      [
        { name: 'Type', path: 'taskQueueType' },
        { name: 'Partition', path: 'key' },
        { name: 'Host', path: 'ownerHostName' },
      ],
    );
  },
};

function rows(answer: JsonObject, taskQueueType: string): readonly JsonObject[] {
  return listAt(answer, `${taskQueueType}TaskQueuePartitions`).map((partition) => ({ ...partition, taskQueueType }));
}
