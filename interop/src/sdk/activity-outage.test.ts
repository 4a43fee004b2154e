import { defaultDataConverter, noopMetricMeter } from '@perdure/common';
import { type RunningServer, startServer } from '@perdure/server';
import {
  ActivityHost,
  ActivityRegistry,
  DefaultLogger,
  fixedPollerCount,
  FixedSizeSlots,
  NativeConnection,
  noWorkerMetrics,
  transportForWorker,
} from '@perdure/worker/internal';
import { Connection } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { commands, ScriptedWorker } from '../harness/index.js';

async function start(port: number): Promise<RunningServer> {
  return await startServer({ store: { kind: 'memory' }, grpc: { port }, log: { level: 'error', format: 'pretty' } });
}

describe('activities run again after their server was away', () => {
  it.each(['grpc', 'call-stream'] as const)(
    'over %s, with one line in the log for going and one for coming',
    async (transport) => {
      let server = await start(0);
      const connection = await NativeConnection.connect({ address: server.address, transport });
      const lines: string[] = [];
      let onPollAgain = (): void => {};
      const pollsAgain = new Promise<void>((resolve) => (onPollAgain = resolve));
      let onAway = (): void => {};
      const away = new Promise<void>((resolve) => (onAway = resolve));
      const logger = new DefaultLogger('INFO', ({ level }) => {
        lines.push(level);
        if (level === 'WARN') onAway();
        else onPollAgain();
      });
      const { transport: road, release } = connection[transportForWorker]('default', 'q');
      const host = new ActivityHost({
        environment: {
          namespace: 'default',
          taskQueue: 'q',
          activities: new ActivityRegistry({ act: async () => 'done' }),
          dataConverter: defaultDataConverter,
          logger,
          metricMeter: noopMetricMeter,
        },
        transport: road,
        stamp: { identity: 'ours' },
        slots: new FixedSizeSlots(10),
        pollers: fixedPollerCount(3),
        metrics: noWorkerMetrics,
        onFatalError: (error) => expect.unreachable(String(error)),
      });
      host.start();

      await server.stop({ graceMs: 0 });
      await away;
      server = await start(Number(server.address.split(':').at(-1)));

      const client = await Connection.connect({ address: server.address });
      const workflow = new ScriptedWorker(client, 'workflows');
      await client.workflowService.startWorkflowExecution({
        namespace: 'default',
        workflowId: 'w',
        workflowType: { name: 'scripted' },
        taskQueue: { name: 'workflows' },
        requestId: 'w',
      });
      await workflow.step([commands.scheduleActivity('1', 'q')]);
      const { history } = await workflow.step([commands.completeWorkflow()]);
      expect(history?.events?.some((event) => event.activityTaskCompletedEventAttributes)).toBe(true);
      await pollsAgain;
      expect(lines).toEqual(['WARN', 'INFO']);

      await host.shutdown({ graceMs: 0 });
      release();
      await Promise.all([connection.close(), client.close()]);
      await server.stop({ graceMs: 0 });
    },
  );
});
