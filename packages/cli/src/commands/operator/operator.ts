import type { CommandSpec } from '../../command.js';

const NAMESPACE_ARG = { args: ['[name]'] } as const;

/** `perdure operator namespace list`. */
export const namespaceList: CommandSpec = {
  path: 'operator namespace list',
  summary: 'List the namespaces',
  example: 'perdure operator namespace list',
  flags: [],
  run: async ({ output, session }) => {
    const found = await (await session()).pages('ListNamespaces', {}, 'namespaces', Infinity);
    await output.list(found, [
      { name: 'Name', path: 'namespaceInfo.name' },
      { name: 'State', path: 'namespaceInfo.state' },
      { name: 'Retention', path: 'config.workflowExecutionRetentionTtl' },
      { name: 'Description', path: 'namespaceInfo.description' },
    ]);
  },
};

/** `perdure operator namespace describe`. */
export const namespaceDescribe: CommandSpec = {
  path: 'operator namespace describe',
  summary: 'Show a namespace',
  example: 'perdure operator namespace describe orders',
  ...NAMESPACE_ARG,
  flags: [],
  run: async ({ args, output, session }) => {
    const opened = await session();
    output.message(await opened.call('DescribeNamespace', { namespace: args[0] ?? opened.namespace }));
  },
};

/** `perdure operator namespace create`. */
export const namespaceCreate: CommandSpec = {
  path: 'operator namespace create',
  summary: 'Create a namespace',
  example: 'perdure operator namespace create orders --retention 7d',
  ...NAMESPACE_ARG,
  flags: [
    { flags: '--retention <duration>', description: 'how long closed executions are kept (default: 3d)' },
    { flags: '--description <text>', description: 'what it is for' },
  ],
  run: async ({ args, flags, output, session }) => {
    const opened = await session();
    const namespace = args[0] ?? opened.namespace;
    const request = {
      namespace,
      description: flags.text('description') ?? '',
      workflowExecutionRetentionPeriod: flags.duration('retention') ?? '259200s',
    };
    output.done(`Created namespace ${namespace}`, await opened.call('RegisterNamespace', request));
  },
};

/** `perdure operator cluster health`. */
export const clusterHealth: CommandSpec = {
  path: 'operator cluster health',
  summary: 'Ask whether the server answers',
  example: 'perdure operator cluster health',
  flags: [],
  run: async ({ output, session }) => {
    await (await session()).call('GetSystemInfo', {});
    output.done('SERVING', { status: 'SERVING' });
  },
};

/** `perdure operator cluster system`. */
export const clusterSystem: CommandSpec = {
  path: 'operator cluster system',
  summary: 'Show the version and the capabilities of the server',
  example: 'perdure operator cluster system',
  flags: [],
  run: async ({ output, session }) => output.message(await (await session()).call('GetSystemInfo', {})),
};

/** `perdure task-queue describe`. */
export const taskQueueDescribe: CommandSpec = {
  path: 'task-queue describe',
  summary: 'Show who polls a task queue',
  example: 'perdure task-queue describe -t hello-world',
  flags: [
    { flags: '-t, --task-queue <name>', description: 'the task queue', required: true },
    { flags: '--task-queue-type <type>', description: 'workflow or activity (default: workflow)' },
  ],
  run: async ({ flags, output, session }) => {
    const opened = await session();
    const type = flags.oneOf('task-queue-type', ['workflow', 'activity']) ?? 'workflow';
    output.message(
      await opened.call('DescribeTaskQueue', {
        namespace: opened.namespace,
        taskQueue: { name: flags.required('task-queue') },
        taskQueueType: `TASK_QUEUE_TYPE_${type.toUpperCase()}`,
      }),
    );
  },
};
