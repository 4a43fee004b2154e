import { fileURLToPath } from 'node:url';
import { Context } from '@perdure/activity';
import { Client } from '@perdure/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@perdure/worker';
import { afterAll, expect, inject, test } from 'vitest';

const workflowsPath = fileURLToPath(new URL('./order-workflows.ts', import.meta.url));
if (Runtime._instance === undefined) Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

const connection = await NativeConnection.connect({ address: inject('address') });
afterAll(() => connection.close());
const suffix = Math.random().toString(36).slice(2);

test('activities have a client, through the interceptors of the worker, and older interceptors still go around them', async () => {
  const around: string[] = [];
  const worker = await Worker.create({
    connection,
    taskQueue: `worker-client-${suffix}`,
    workflowsPath,
    interceptors: {
      client: {
        workflow: [
          {
            describe(input, next) {
              around.push(`describe ${input.workflowExecution.workflowId}`);
              return next(input);
            },
          },
        ],
      },
      activityInbound: [
        ({ info }) => ({
          execute(input, next) {
            around.push(`${info.activityType}${info.isLocal ? ' locally' : ''}`);
            return next(input);
          },
        }),
      ],
    },
    activities: {
      async greet(name: string) {
        const { client, info } = Context.current();
        const { type } = await client.workflow.getHandle(info.workflowExecution?.workflowId ?? '').describe();
        return `${name} of ${type}`;
      },
    },
  });
  expect(worker.connection).toBe(connection);
  expect(worker.client).toBeInstanceOf(Client);
  expect(worker.getStatus()).toMatchObject({ runState: 'INITIALIZED', workflowPollerState: 'SHUTDOWN' });

  const workflowId = `worker-client-${suffix}`;
  await worker.runUntil(async () => {
    const client = worker.client as Client;
    const handle = await client.workflow.start<() => Promise<unknown[]>>('order', {
      taskQueue: worker.options.taskQueue,
      workflowId,
      args: ['me'] as never,
    });
    expect(worker.getStatus()).toMatchObject({ workflowPollerState: 'POLLING', activityPollerState: 'POLLING' });
    await handle.signal('pickedUp');
    expect((await handle.result())[1]).toEqual(['local me of order', 'me of order']);
  });
  expect(worker.getStatus()).toMatchObject({ runState: 'STOPPED', activityPollerState: 'SHUTDOWN' });
  expect(around.filter((line) => line.startsWith('describe'))).toEqual(Array(2).fill(`describe ${workflowId}`));
  expect(around).toContain('greet');
  expect(around).toContain('greet locally');
});

test('plugins change how workflow code is bundled', async () => {
  const plugin = { name: 'elsewhere', configureBundler: () => ({ workflowsPath }) };
  const bundle = await bundleWorkflowCode({ workflowsPath: '/nowhere', plugins: [plugin] });
  expect(bundle.code).toContain('order-workflows');
});
