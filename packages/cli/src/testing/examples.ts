import type { Cli } from './cli.js';
import { eventually } from './eventually.js';
import type { Capability } from './tested-server.js';

/** What has to be there for the example of a command, and what happens while it runs. */
export interface Setting {
  /** Makes it so; gives what stands for `2b1e...` in the example. */
  before?(cli: Cli): Promise<string | void>;
  /** What others do meanwhile. */
  meanwhile?(cli: Cli): Promise<void>;
  readonly needs?: Capability;
}

/** The task queues that workers of the examples poll. */
export const EXAMPLE_QUEUES = ['hello-world', 'shop'] as const;

const nobody = async (cli: Cli, ...ids: readonly string[]): Promise<void> => {
  for (const id of ids) await cli.run('workflow', 'terminate', '-w', id);
};

/** An execution 123 that waits. */
const running: Setting = {
  before: async (cli) => {
    await nobody(cli, '123');
    await cli.text('workflow', 'start', '-t', 'hello-world', '--type', 'MyWorkflow', '-w', '123', '-i', '1');
    await eventually(() => cli.text('workflow', 'show', '-w', '123')).toContain('WorkflowTaskCompleted');
  },
};

/** An execution 123 that is done. */
const done: Setting = {
  before: async (cli) => {
    await running.before?.(cli);
    await cli.text('workflow', 'signal', '-w', '123', '--name', 'approve');
    await cli.text('workflow', 'result', '-w', '123');
  },
};

/** An execution 123 that got an update. */
const updated: Setting = {
  before: async (cli) => {
    await running.before?.(cli);
    const update = ['--name', 'addItem', '-i', '1', '--update-id', 'add-pizza'];
    await cli.text('workflow', 'update', 'execute', '-w', '123', ...update);
  },
};

/** An execution 123 with an activity that is ended by hand. */
const manual: Setting = {
  before: async (cli) => {
    await nobody(cli, '123');
    await cli.text('workflow', 'start', '-t', 'hello-world', '--type', 'manual', '-w', '123');
    const pending = /"activityId": "1"[^]*"state": "Started"/;
    await eventually(() => cli.text('workflow', 'describe', '-w', '123')).toMatch(pending);
  },
};

const noCart: Setting = { before: (cli) => nobody(cli, 'cart-7') };

const noNamespace: Setting = {
  before: async (cli) => void (await cli.run('operator', 'namespace', 'delete', 'orders', '-y')),
};

const namespace: Setting = { before: async (cli) => void (await cli.run('operator', 'namespace', 'create', 'orders')) };

const schedule: Setting = {
  needs: 'schedules',
  before: async (cli) =>
    void (await cli.run(
      'schedule',
      'create',
      '-s',
      'nightly',
      '--interval',
      '1h',
      '-t',
      'reports',
      '--type',
      'Report',
    )),
};

const batch: Setting = {
  needs: 'batches',
  before: async (cli) => {
    for (const each of [1, 2, 3])
      await cli.run('workflow', 'start', '-t', 'nobody', '--type', 'Slow', '-w', `slow-${each}`);
    // One at a time is all that servers do.
    const listed = (await cli.json('batch', 'list')) as readonly { readonly jobId: string; readonly state: string }[];
    for (const { jobId, state } of listed)
      if (state === 'BATCH_OPERATION_STATE_RUNNING') await cli.run('batch', 'terminate', '--job-id', jobId);
    const query = ['--query', "WorkflowType = 'Slow' AND ExecutionStatus = 'Running'"];
    const started = await cli.json('workflow', 'cancel', ...query, '--yes', '--rps', '0.1');
    return (started as { readonly batchJobId: string }).batchJobId;
  },
};

const endpoint: Setting = {
  needs: 'Nexus endpoints',
  before: async (cli) => {
    const target = ['--target-namespace', 'default', '--target-task-queue', 'bills'];
    await cli.run('operator', 'nexus', 'endpoint', 'create', '--name', 'billing', ...target);
  },
};

const profile: Setting = {
  before: async (cli) => {
    await cli.text('env', 'set', 'prod.address', 'prod.example.com:7233');
    const set = ['config', 'set', '--profile', 'prod'];
    await cli.text(...set, '--prop', 'address', '--value', 'prod.example.com:7233');
    await cli.text(...set, '--prop', 'tls.server_name', '--value', 'prod');
  },
};

/** What the examples need; those that are not here need nothing. */
export const SETTINGS: Readonly<Record<string, Setting>> = {
  'workflow start': { before: (cli) => nobody(cli, '123') },
  'workflow execute': {
    meanwhile: (cli) =>
      eventually(() =>
        cli.text('workflow', 'signal', '-q', "ExecutionStatus = 'Running'", '--name', 'approve', '-y'),
      ).toMatch(/^Signalled [1-9]|^Started batch/),
    before: (cli) => nobody(cli, '123'),
  },
  'workflow describe': running,
  'workflow list': running,
  'workflow count': running,
  'workflow show': done,
  'workflow result': done,
  'workflow query': running,
  'workflow stack': running,
  'workflow metadata': running,
  'workflow signal': running,
  'workflow signal-with-start': noCart,
  'workflow update execute': running,
  'workflow update start': running,
  'workflow update result': updated,
  'workflow update describe': updated,
  'workflow execute-update-with-start': noCart,
  'workflow start-update-with-start': noCart,
  'workflow cancel': running,
  'workflow terminate': running,
  'workflow delete': running,
  'workflow reset': running,
  'workflow reset with-workflow-update-options': { ...running, needs: 'version overrides' },
  'workflow reset-batch': running,
  'workflow trace': done,
  'workflow update-options': { ...running, needs: 'version overrides' },
  'workflow fix-history-json': {
    before: async (cli) => {
      await running.before?.(cli);
      cli.file('old.json', await cli.text('workflow', 'show', '-w', '123', '-o', 'json'));
    },
  },
  'activity complete': manual,
  'activity fail': manual,
  'activity heartbeat': manual,
  'activity report-cancelled': {
    before: async (cli) => {
      await manual.before?.(cli);
      await cli.text('workflow', 'cancel', '-w', '123');
      const heartbeat = ['activity', 'heartbeat', '-w', '123', '-a', '1'];
      await eventually(() => cli.text(...heartbeat)).toContain('cancelled');
    },
  },
  'schedule create': {
    needs: 'schedules',
    before: async (cli) => void (await cli.run('schedule', 'delete', '-s', 'nightly')),
  },
  'schedule describe': schedule,
  'schedule list': { needs: 'schedules' },
  'schedule update': schedule,
  'schedule toggle': schedule,
  'schedule trigger': schedule,
  'schedule backfill': schedule,
  'schedule delete': schedule,
  'batch list': { needs: 'batches' },
  'batch describe': batch,
  'batch terminate': batch,
  'operator namespace describe': namespace,
  'operator namespace create': noNamespace,
  'operator namespace update': namespace,
  'operator namespace delete': namespace,
  'operator search-attribute create': {
    before: async (cli) =>
      void (await cli.run('operator', 'search-attribute', 'remove', '--name', 'Customer', '--yes')),
  },
  'operator search-attribute remove': {
    before: async (cli) =>
      void (await cli.run('operator', 'search-attribute', 'create', '--name', 'Customer', '--type', 'Keyword')),
  },
  'operator cluster upsert': { needs: 'other clusters' },
  'operator cluster remove': { needs: 'other clusters' },
  'operator nexus endpoint list': { needs: 'Nexus endpoints' },
  'operator nexus endpoint get': endpoint,
  'operator nexus endpoint create': {
    needs: 'Nexus endpoints',
    before: async (cli) => {
      await cli.run('operator', 'namespace', 'create', '-n', 'billing');
      await cli.run('operator', 'nexus', 'endpoint', 'delete', '--name', 'billing');
    },
  },
  'operator nexus endpoint update': endpoint,
  'operator nexus endpoint delete': endpoint,
  'env get': profile,
  'env delete': profile,
  'config get': profile,
  'config delete': profile,
  'config delete-profile': profile,
};
