import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, test, type ExpectStatic } from 'vitest';
import {
  api,
  commands,
  DurableServer,
  eventTypes,
  fromPayloads,
  seconds,
  toPayloads,
  updateMessages,
} from './harness/index.js';

const { UpdateWorkflowExecutionLifecycleStage: Stage } = api.enums;

/** What is done before the server ends; the answer is what has to hold once it is back. */
type Story = (server: DurableServer) => Promise<(expect: ExpectStatic) => Promise<void>>;

const stories: Readonly<Record<string, Story>> = {
  'timers fire, late ones at once and no timer early': async (server) => {
    const { taskQueue } = server.environment.scriptedWorker();
    const execution = await server.environment.start(taskQueue);
    const timers = [commands.startTimer('during', 2), commands.startTimer('after', 5)];
    await workerOf(server, taskQueue).step(timers);
    return async (expect) => {
      await stepUntil(server, taskQueue, execution, 'TimerFired', 2);
      await finish(server, taskQueue, execution);
      const events = await server.environment.closedHistory(execution);
      const fired = events.filter((event) => event.timerFiredEventAttributes);
      expect(fired.map((event) => event.timerFiredEventAttributes!.timerId)).toEqual(['during', 'after']);
      const startedMs = milliseconds(events.find((event) => event.timerStartedEventAttributes)!);
      expect(milliseconds(fired[0]!) - startedMs).toBeGreaterThanOrEqual(2000);
      expect(milliseconds(fired[1]!) - startedMs).toBeGreaterThanOrEqual(5000);
    };
  },
  'running, waiting and retrying activities go on': async (server) => {
    const { taskQueue } = server.environment.scriptedWorker();
    const execution = await server.environment.start(taskQueue);
    const retryPolicy = { initialInterval: seconds(0.5), backoffCoefficient: 1 };
    await workerOf(server, taskQueue).step([
      commands.scheduleActivity('running', `${taskQueue}-running`),
      commands.scheduleActivity('waiting', `${taskQueue}-waiting`),
      commands.scheduleActivity('retrying', `${taskQueue}-retrying`, { retryPolicy }),
    ]);
    const running = await workerOf(server, `${taskQueue}-running`).activityTask();
    const failing = await workerOf(server, `${taskQueue}-retrying`).activityTask();
    await workerOf(server, `${taskQueue}-retrying`).heartbeat(failing, 'progress');
    await workerOf(server, `${taskQueue}-retrying`).failActivity(failing, 'try again');
    return async (expect) => {
      const worker = workerOf(server, taskQueue);
      // The token that was given out before the restart is still good.
      await worker.completeActivity(running, 'old token');
      await worker.completeActivity(await workerOf(server, `${taskQueue}-waiting`).activityTask(), 'waited');
      const again = await workerOf(server, `${taskQueue}-retrying`).activityTask();
      expect(again.attempt).toBe(2);
      expect(fromPayloads(again.heartbeatDetails)).toEqual(['progress']);
      await worker.completeActivity(again, 'second attempt');
      await stepUntil(server, taskQueue, execution, 'ActivityTaskCompleted', 3);
      await finish(server, taskQueue, execution);
      const events = await server.environment.closedHistory(execution);
      const results = events.flatMap((event) => fromPayloads(event.activityTaskCompletedEventAttributes?.result));
      expect(results.sort()).toEqual(['old token', 'second attempt', 'waited']);
    };
  },
  'the backlog is worked off, each task once': async (server) => {
    const { taskQueue } = server.environment.scriptedWorker();
    const started = await Promise.all(Array.from({ length: 30 }, () => server.environment.start(taskQueue)));
    return async (expect) => {
      const worker = workerOf(server, taskQueue);
      const seen: string[] = [];
      for (let count = 0; count < started.length; count += 1) {
        const task = await worker.step([commands.completeWorkflow()]);
        seen.push(task.workflowExecution!.runId!);
      }
      expect(seen.sort()).toEqual(started.map(({ runId }) => runId).sort());
      for (const execution of started) expect(await server.environment.history(execution)).toHaveLength(5);
    };
  },
  'a workflow task that was running can be answered, and buffered signals follow it': async (server) => {
    const { taskQueue } = server.environment.scriptedWorker();
    const execution = await server.environment.start(taskQueue, { workflowTaskTimeout: seconds(100) });
    const task = await workerOf(server, taskQueue).workflowTask();
    for (const name of ['one', 'two']) await signal(server, execution, name);
    return async (expect) => {
      // A request id that was used before the restart is still known.
      await signal(server, execution, 'two');
      await workerOf(server, taskQueue).complete(task, [commands.recordMarker('before the signals')]);
      await workerOf(server, taskQueue).step([commands.completeWorkflow()]);
      expect(await server.environment.closedTranscript(execution)).toMatchInlineSnapshot(`
        1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
        2 WorkflowTaskScheduled taskQueue=scripted
        3 WorkflowTaskStarted scheduled=2
        4 WorkflowTaskCompleted scheduled=2 started=3
        5 MarkerRecorded markerName=before the signals completed=4
        6 WorkflowExecutionSignaled signalName=one
        7 WorkflowExecutionSignaled signalName=two
        8 WorkflowTaskScheduled taskQueue=scripted
        9 WorkflowTaskStarted scheduled=8
        10 WorkflowTaskCompleted scheduled=8 started=9
        11 WorkflowExecutionCompleted completed=10
      `);
    };
  },
  'what was accepted or closed stays as it was': async (server) => {
    const { taskQueue } = server.environment.scriptedWorker();
    const requestId = crypto.randomUUID();
    const open = await server.environment.start(taskQueue, { requestId });
    await workerOf(server, taskQueue).step();
    const answer = update(server, open, 'u1');
    const task = await workerOf(server, taskQueue).workflowTask();
    await workerOf(server, taskQueue).complete(task, ...updateMessages.accept(task));
    await answer;
    const closed = await server.environment.start(`${taskQueue}-closed`);
    await workerOf(server, `${taskQueue}-closed`).step([commands.completeWorkflow('kept')]);
    const before = [await server.environment.history(open), await server.environment.history(closed)];
    return async (expect) => {
      const after = [await server.environment.history(open), await server.environment.history(closed)];
      expect(after).toEqual(before);
      expect(await server.environment.start(taskQueue, { workflowId: open.workflowId, requestId })).toEqual(open);
      // The accepted update is completed by the worker that takes over.
      const polled = update(server, open, 'u1', Stage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED);
      await signal(server, open, 'go on');
      const next = await workerOf(server, taskQueue).workflowTask();
      await workerOf(server, taskQueue).complete(next, ...updateMessages.completeAccepted('u1', 'done'));
      expect(fromPayloads((await polled).outcome!.success)).toEqual(['done']);
      const { executions } = await server.environment.service.listWorkflowExecutions({
        namespace: 'default',
        query: `ExecutionStatus = 'Completed' AND WorkflowId IN ('${open.workflowId}', '${closed.workflowId}')`,
      });
      expect(executions.map(({ execution }) => execution!.runId)).toEqual([closed.runId]);
    };
  },
  'a parent hears of the child that closed': async (server) => {
    const { taskQueue } = server.environment.scriptedWorker();
    const execution = await server.environment.start(taskQueue);
    const childQueue = { name: `${taskQueue}-child` };
    const workflowId = server.environment.uniqueId('child');
    await workerOf(server, taskQueue).step([commands.startChild({ workflowId, taskQueue: childQueue })]);
    await workerOf(server, taskQueue).step();
    return async (expect) => {
      await workerOf(server, childQueue.name).step([commands.completeWorkflow('from the child')]);
      await workerOf(server, taskQueue).step([commands.completeWorkflow()]);
      const types = eventTypes(await server.environment.closedHistory(execution));
      expect(types).toContain('ChildWorkflowExecutionCompleted');
    };
  },
};

const names = Object.keys(stories);

describe.each(['stopped', 'killed'] as const)('when the server is %s and started again', (how) => {
  let server: DurableServer;
  const endings = new Map<string, (expect: ExpectStatic) => Promise<void>>();

  // One restart for all stories, which know nothing of each other.
  beforeAll(async () => {
    server = await DurableServer.start();
    const begun = names.map(async (name) => endings.set(name, await stories[name]!(server)));
    await Promise.all(begun);
    await server.restart(how, async () => await delay(2000));
  }, 60_000);
  afterAll(async () => await server.close());

  test.for(names)('%s', async (name, { expect }) => await endings.get(name)!(expect));
});

function workerOf(
  server: DurableServer,
  taskQueue: string,
): ReturnType<DurableServer['environment']['scriptedWorker']> {
  return server.environment.workerOn(taskQueue);
}

/** Answers workflow tasks with nothing until the history has `count` events of `type`. */
async function stepUntil(
  server: DurableServer,
  taskQueue: string,
  execution: { workflowId: string },
  type: string,
  count: number,
): Promise<void> {
  const seen = async (): Promise<number> =>
    eventTypes(await server.environment.history(execution)).filter((each) => each === type).length;
  while ((await seen()) < count) await workerOf(server, taskQueue).step();
}

async function signal(server: DurableServer, workflowExecution: { workflowId: string }, name: string): Promise<void> {
  const request = { namespace: 'default', workflowExecution, signalName: name, requestId: name };
  await server.environment.service.signalWorkflowExecution(request);
}

async function finish(server: DurableServer, taskQueue: string, execution: { workflowId: string }): Promise<void> {
  await signal(server, execution, 'finish');
  await workerOf(server, taskQueue).step([commands.completeWorkflow()]);
}

async function update(
  server: DurableServer,
  workflowExecution: { workflowId: string },
  updateId: string,
  lifecycleStage = Stage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED,
): Promise<api.service.UpdateWorkflowExecutionResponse> {
  return await server.environment.service.updateWorkflowExecution({
    namespace: 'default',
    workflowExecution,
    waitPolicy: { lifecycleStage },
    request: { meta: { updateId, identity: 'tester' }, input: { name: 'set', args: toPayloads(1) } },
  });
}

function milliseconds({ eventTime }: api.history.IHistoryEvent): number {
  return Number(eventTime!.seconds) * 1000 + (eventTime!.nanos ?? 0) / 1e6;
}
