import { setTimeout as pause } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import Long from 'long';

/** A run whose history is worth recording. */
export interface RecordedRun {
  readonly name: string;
  readonly workflowId: string;
  /** The latest run without it. */
  readonly runId?: string | undefined;
}

/** What a scenario works with. */
export interface Stage {
  readonly client: Client;
  readonly taskQueue: string;
}

type StartOptions = NonNullable<Parameters<Client['workflow']['start']>[1]>;
type Scenario = (stage: Stage) => Promise<readonly RecordedRun[]>;

/** Every feature that a history can show, by name. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  'activity-outcomes': plain('activityOutcomes'),
  'activity-cancellations': plain('activityCancellations'),
  'activity-cancelled-at-its-end': async (stage) => {
    const handle = await start(stage, 'activityCancelledAtItsEnd');
    await pause(250);
    await handle.signal('stop');
    return await ended('activity-cancelled-at-its-end', handle);
  },
  'local-activities': plain('localActivities'),
  'local-activity-backoff': plain('localActivityBackoff'),
  'local-activity-cancellations': plain('localActivityCancellations'),
  'long-local-activity': plain('longLocalActivity', { workflowTaskTimeout: '2s' }),
  timers: async (stage) => {
    const handle = await start(stage, 'timers');
    await pause(100);
    await handle.signal('open');
    return await ended('timers', handle);
  },
  'cancelled-run': async (stage) => {
    const handle = await start(stage, 'cancelledRun');
    await pause(100);
    await handle.cancel();
    return await ended('cancelled-run', handle);
  },
  'cancelled-at-once': async (stage) => {
    // Both reach the workflow in its first workflow task.
    const handle = await start(stage, 'cancelledAtOnce', { startDelay: '300ms' });
    await handle.cancel();
    return await ended('cancelled-at-once', handle);
  },
  'cancellation-scopes': plain('cancellationScopes'),
  'child-outcomes': plain('childOutcomes'),
  'child-cancellations': plain('childCancellations'),
  'child-cancelled-before-start': plain('childCancelledBeforeStart'),
  'children-ended-by-others': async (stage) => {
    const handle = await start(stage, 'childrenEndedByOthers');
    await pause(200);
    await stage.client.workflow.getHandle(`${handle.workflowId}-terminated`).terminate('enough');
    await stage.client.workflow.getHandle(`${handle.workflowId}-cancelled`).cancel();
    return await ended('children-ended-by-others', handle);
  },
  external: async (stage) => {
    const target = await start(stage, 'target');
    const handle = await start(stage, 'external', { args: [target.workflowId] });
    return [...(await ended('external', handle)), ...(await ended('external-target', target))];
  },
  messages: sendMessages,
  'late-handlers': sendBeforeHandlers,
  'messages-at-once': async (stage) => {
    // A cancellation does not begin a run before its time; a signal does, and an update.
    const handle = await start(stage, 'messagesAtOnce', { startDelay: '10s' });
    await handle.cancel();
    const update = handle.startUpdate('add', { args: [1], waitForStage: 'ACCEPTED' });
    await handle.signal('note', 'early');
    await update;
    return await ended('messages-at-once', handle);
  },
  'nexus-outcomes': plain('nexusOutcomes'),
  'nexus-cancellations': plain('nexusCancellations'),
  patches: plain('patches'),
  unpatched: plain('unpatched'),
  attributes: plain('attributes'),
  'continue-as-new': async ({ client, taskQueue }) => {
    const workflowId = 'continue-as-new';
    const handle = await client.workflow.start('chain', { taskQueue, workflowId, args: [2] });
    await handle.result();
    return [
      { name: 'continue-as-new-first', workflowId, runId: handle.firstExecutionRunId },
      { name: 'continue-as-new-last', workflowId },
    ];
  },
  cron: async (stage) => {
    const handle = await start(stage, 'cron', { cronSchedule: '@every 1s' });
    await pause(2500);
    await handle.terminate();
    const runs = await runsOf(stage.client, handle.workflowId);
    return [{ name: 'cron-second', workflowId: handle.workflowId, runId: runs[1] }];
  },
  retried: plain('retried', { retry: { initialInterval: '50ms', maximumAttempts: 2 } }),
  reset: async (stage) => {
    const handle = await start(stage, 'drawing');
    await handle.result();
    const { client } = stage;
    await client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: handle.workflowId, runId: handle.firstExecutionRunId },
      workflowTaskFinishEventId: Long.fromNumber(9),
      requestId: 'reset',
      reason: 'other numbers, please',
    });
    return await ended('reset', client.workflow.getHandle(handle.workflowId));
  },
  'broken-at-first': async (stage) => {
    const handle = await start(stage, 'brokenAtFirst');
    await pause(200);
    await handle.signal('repair');
    return await ended('broken-at-first', handle);
  },
};

function plain(workflow: string, options: Partial<StartOptions> = {}): Scenario {
  return async (stage) => await ended(kebab(workflow), await start(stage, workflow, options));
}

async function start({ client, taskQueue }: Stage, workflow: string, options: Partial<StartOptions> = {}) {
  return await client.workflow.start(workflow, { taskQueue, workflowId: kebab(workflow), args: [], ...options });
}

async function ended(name: string, handle: WorkflowHandle): Promise<readonly RecordedRun[]> {
  await handle.result().catch(() => undefined);
  return [{ name, workflowId: handle.workflowId }];
}

async function sendMessages(stage: Stage): Promise<readonly RecordedRun[]> {
  const { client, taskQueue } = stage;
  const handle = await client.workflow.signalWithStart('messages', {
    taskQueue,
    workflowId: 'messages',
    args: [],
    signal: 'note',
    signalArgs: ['with the start'],
  });
  const failure = (error: unknown): unknown => error;
  await handle.executeUpdate('add', { args: [1] });
  await handle.executeUpdate('add', { args: [-1] }).catch(failure);
  await handle.executeUpdate('add', { args: [13] }).catch(failure);
  await handle.query('count');
  await handle.query('failing').catch(failure);
  await Promise.all([
    handle.signal('note', 'slow'),
    handle.query('count'),
    handle.executeUpdate('addLater', { args: [2] }),
    handle.signal('note', 'at the same time'),
    handle.query('count'),
    handle.executeUpdate('add', { args: [3] }),
    handle.executeUpdate('add', { args: [-3] }).catch(failure),
    handle.executeUpdate('addLater', { args: [4] }),
    handle.executeUpdate('nobody-handles-this').catch(failure),
  ]);
  await handle.executeUpdate('add', { args: [-1] }).catch(failure);
  await Promise.all([handle.signal('note', 'finish'), handle.executeUpdate('addLater', { args: [5] }).catch(failure)]);
  const runs = await ended('messages', handle);
  await handle.query('count');
  return runs;
}

async function sendBeforeHandlers(stage: Stage): Promise<readonly RecordedRun[]> {
  const handle = await start(stage, 'lateHandlers');
  await pause(50);
  await Promise.all([
    handle.signal('note', 'early'),
    handle.executeUpdate('add', { args: [1] }).catch(() => undefined),
    handle.signal('note', 'early too'),
  ]);
  await pause(250);
  await handle.signal('note', 'late');
  await handle.executeUpdate('add', { args: [2] });
  await handle.signal('note', 'last');
  return await ended('late-handlers', handle);
}

async function runsOf(client: Client, workflowId: string): Promise<string[]> {
  const runs: { runId: string; startTime: Date }[] = [];
  for await (const { runId, startTime } of client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
    runs.push({ runId, startTime });
  }
  return runs.sort((left, right) => left.startTime.getTime() - right.startTime.getTime()).map(({ runId }) => runId);
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
