import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { GrpcServiceError, GrpcStatus } from '@perdure/client/transport';
import { noopMetricMeter } from '@perdure/common';
import { WorkflowReplay } from '@perdure/replay';
import { bundleWorkflowCode } from '../bundler/index.js';
import { Sandbox } from '../sandbox/index.js';
import { noWorkerMetrics } from '../telemetry/index.js';
import { ManualClock, settled } from '../testing/manual-clock.js';
import { RecordingLogger } from '../testing/recording-logger.js';
import { ScriptedWorkflowServer } from '../testing/scripted-workflow-server.js';
import { ActivationQueue } from './activation-queue.js';
import { RunCache } from './run-cache.js';
import { SinkDispatcher } from './sink-dispatcher.js';
import { WorkflowRun } from './workflow-run.js';
import { WorkflowTaskWorker } from './workflow-task-worker.js';

const folder = mkdtempSync(join(tmpdir(), 'perdure-workflow-tasks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const workflowsPath = join(folder, 'workflows.ts');
writeFileSync(
  workflowsPath,
  `
import { defineQuery, setHandler, sleep } from '@perdure/workflow';
export async function sleeper() {
  let woken = 0;
  setHandler(defineQuery<number>('woken'), () => woken);
  for (let round = 1; round <= 3; round += 1) { await sleep(1000); woken = round; }
  return woken;
}
export async function broken() { throw new Error('a bug'); }
`,
);
const sandbox = new Sandbox({ bundle: await bundleWorkflowCode({ workflowsPath }) });

function stage({ maxRuns = 10 } = {}) {
  const server = new ScriptedWorkflowServer();
  const logger = new RecordingLogger();
  const clock = new ManualClock();
  const evicted: string[] = [];
  const cache = new RunCache<WorkflowRun>({ maxRuns, maxBytes: 1e9 }, ({ runId }) => evicted.push(runId));
  const created: WorkflowRun[] = [];
  const createRun = (task: { workflowId: string; runId: string; workflowType: string }): WorkflowRun => {
    const workflow = sandbox.createWorkflow({ ...task, namespace: 'default', taskQueue: 'q', failureErrorTypes: [] });
    const sdk = { name: 'test', version: '1' };
    const replay = new WorkflowReplay({ namespace: 'default', runId: task.runId, sdk, nowMs: () => clock.nowMs() });
    const queue = new ActivationQueue(() => sandbox);
    const sinks = new SinkDispatcher({}, logger, noopMetricMeter);
    const run = new WorkflowRun({ ...task, namespace: 'default', replay, sandbox, workflow, queue, sinks });
    created.push(run);
    return run;
  };
  const worker = new WorkflowTaskWorker({
    ...{ transport: server, namespace: 'default', taskQueue: 'q', identity: 'me', cache, createRun, version: {} },
    ...{ eagerActivities: undefined, maxEagerActivities: 0, logger, clock, metrics: noWorkerMetrics },
    stickyQueue: { name: 'sticky', scheduleToStartTimeoutMs: 1000 },
    localActivities: { run: () => ({ result: new Promise(() => undefined), cancel: () => undefined }) },
  });
  const work = (task: Parameters<typeof worker.work>[0]) => new Promise<void>((ended) => worker.work(task, ended));
  return { server, worker, work, cache, created, createRun, evicted, logger, clock };
}

/** The first workflow task of a run. */
function begin(server: ScriptedWorkflowServer, type = 'sleeper'): void {
  const workflowType = { name: type };
  server.write('WORKFLOW_EXECUTION_STARTED', { workflowExecutionStartedEventAttributes: { workflowType } });
  server.write('WORKFLOW_TASK_SCHEDULED');
  server.write('WORKFLOW_TASK_STARTED', { workflowTaskStartedEventAttributes: {} });
}

/** What comes of an answer that started a timer, up to the next task. Gives the id of the first new event. */
function timerFires(server: ScriptedWorkflowServer, timerId: string): number {
  const from = server.write('WORKFLOW_TASK_COMPLETED', { workflowTaskCompletedEventAttributes: {} });
  const startedEventId = server.write('TIMER_STARTED', { timerStartedEventAttributes: { timerId } });
  server.write('TIMER_FIRED', { timerFiredEventAttributes: { startedEventId } });
  server.write('WORKFLOW_TASK_SCHEDULED');
  server.write('WORKFLOW_TASK_STARTED', { workflowTaskStartedEventAttributes: {} });
  return from;
}

const timersOf = ({ completed }: ScriptedWorkflowServer) =>
  completed.map(({ commands }) => commands.map((item) => item.startTimerCommandAttributes?.timerId ?? 'end'));
const unavailable = () => new GrpcServiceError(GrpcStatus.UNAVAILABLE, 'not now');

describe('a run in memory', () => {
  test('goes on with what is new', async () => {
    const { server, work, created } = stage();
    begin(server);
    await work(server.task('sleeper'));
    await work(server.task('sleeper', { from: timerFires(server, '1') }));
    expect(timersOf(server)).toEqual([['1'], ['2']]);
    expect([created.length, server.fetchCount]).toEqual([1, 0]);
  });

  test('begins anew when it is given its whole history, or what it cannot go on with', async () => {
    const { server, work, created } = stage();
    begin(server);
    await work(server.task('sleeper'));
    timerFires(server, '1');
    await work(server.task('sleeper'));
    const lost = timerFires(server, '2') + 3;
    await work(server.task('sleeper', { from: lost }));
    expect(timersOf(server)).toEqual([['1'], ['2'], ['3']]);
    expect(created).toHaveLength(3);
  });

  test('is let go when it ends', async () => {
    const { server, work, cache } = stage();
    begin(server);
    for (const timerId of ['1', '2', '3']) timerFires(server, timerId);
    await work(server.task('sleeper'));
    expect(timersOf(server)).toEqual([['end']]);
    expect(cache.size).toBe(0);
  });

  test('stays while its history is fetched, and takes one task after the other', async () => {
    const { server, work, cache, createRun, evicted } = stage({ maxRuns: 1 });
    begin(server);
    await work(server.task('sleeper'));
    const from = timerFires(server, '1');
    const task = server.task('sleeper', { from, history: { events: [] }, nextPageToken: Uint8Array.of(from - 1) });
    let goOn: () => void = () => undefined;
    server.beforeHistory = () => new Promise((resolve) => (goOn = resolve));
    const first = work(task);
    await settled();
    // Another run would have it leave, and the server has given up on its task and offers it anew.
    cache.put(createRun({ workflowId: 'w-2', runId: 'other', workflowType: 'sleeper' }));
    expect(evicted).toEqual([]);
    const second = work(server.task('sleeper', { from, taskToken: Uint8Array.of(2) }));
    server.beforeHistory = async () => undefined;
    goOn();
    await Promise.all([first, second]);
    expect(server.completed.map(({ taskToken }) => [...taskToken])).toEqual([[1], [1], [2]]);
  });
});

describe('a query', () => {
  test('of a run that is not in memory any more is answered from its history', async () => {
    const { server, work, cache } = stage();
    begin(server);
    timerFires(server, '1');
    await work(server.task('sleeper'));
    cache.evict('r-1');
    timerFires(server, '2');
    const query = { queryType: 'woken' };
    await work(server.task('sleeper', { query, history: { events: [] }, startedEventId: 0 }));
    expect(new TextDecoder().decode(server.answeredQueries[0]?.queryResult?.payloads[0]?.data)).toBe('2');
  });

  test('whose history cannot be had fails, with the reason', async () => {
    const { server, work } = stage();
    begin(server);
    server.historyErrors.push(new GrpcServiceError(GrpcStatus.NOT_FOUND, 'gone'));
    await work(server.task('sleeper', { query: { queryType: 'woken' }, history: { events: [] } }));
    expect(server.answeredQueries[0]?.errorMessage).toMatch(
      /history of workflow w-1, run r-1, could not be fetched: .*gone/,
    );
  });
});

describe('history that does not come', () => {
  test('is asked for again', async () => {
    const { server, work, clock } = stage();
    begin(server);
    server.historyErrors.push(unavailable(), unavailable());
    const working = work(server.task('sleeper', { from: 3 }));
    await clock.advance(1000);
    await working;
    expect(timersOf(server)).toEqual([['1']]);
  });

  test('is nobody’s fault: the task is left to time out, and the next one works', async () => {
    const { server, work, clock, logger } = stage();
    begin(server);
    server.historyErrors.push(...Array.from({ length: 5 }, unavailable));
    const working = work(server.task('sleeper', { from: 3 }));
    await clock.advance(60_000);
    await working;
    expect([server.failed, server.completed]).toEqual([[], []]);
    expect(logger.messages('WARN')).toEqual([expect.stringMatching(/could not be fetched/)]);
    await work(server.task('sleeper'));
    expect(timersOf(server)).toEqual([['1']]);
  });

  test('of a task that leaves no trace is joined from what is stored and what came with it', async () => {
    const { server, work } = stage();
    begin(server);
    timerFires(server, '1');
    const task = server.task('sleeper', { from: 7 });
    server.events.splice(6);
    await work(task);
    expect(timersOf(server)).toEqual([['2']]);
  });
});

describe('what goes wrong', () => {
  test('in workflow code fails the task at its first attempt, and is left to time out at later ones', async () => {
    const { server, work, cache } = stage();
    begin(server, 'broken');
    await work(server.task('broken'));
    await work(server.task('broken', { attempt: 2 }));
    expect(server.failed.map(({ failure }) => failure?.message)).toEqual(['a bug']);
    expect(cache.size).toBe(0);
  });

  test('that cannot be reported is a warning, unless the task is over: then nobody needs to know', async () => {
    const { server, work, logger } = stage();
    begin(server, 'broken');
    server.reportErrors.push(unavailable(), new GrpcServiceError(GrpcStatus.NOT_FOUND, 'the workflow has closed'));
    await work(server.task('broken'));
    await work(server.task('broken'));
    const levels = logger.lines.filter(({ message }) => message.includes('could not be reported'));
    expect(levels.map(({ level }) => level)).toEqual(['WARN', 'DEBUG']);
  });

  test('between code and history says so', async () => {
    const { server, work } = stage();
    begin(server);
    timerFires(server, '7');
    await work(server.task('sleeper'));
    expect(server.failed[0]?.failure?.message).toMatch(/TMPRL1100.*timer ids differ: 7 and 1.*sleeper/s);
  });

  test('in a history that is damaged says that', async () => {
    const { server, work } = stage();
    begin(server);
    timerFires(server, '1');
    server.events.splice(4, 1);
    await work(server.task('sleeper'));
    expect(server.failed[0]?.failure?.message).toMatch(/history is damaged at event 6/);
  });

  test.each([
    ['was given to somebody else', GrpcStatus.NOT_FOUND, 'DEBUG'],
    ['was refused', GrpcStatus.INVALID_ARGUMENT, 'WARN'],
    ['did not arrive', GrpcStatus.UNAVAILABLE, 'WARN'],
  ] as const)('with an answer that %s lets the run go, and nothing is reported', async (_, code, level) => {
    const { server, work, cache, logger } = stage();
    begin(server);
    server.answerErrors.push(new GrpcServiceError(code, 'no'));
    await work(server.task('sleeper'));
    expect([cache.size, server.failed.length]).toEqual([0, 0]);
    expect(logger.messages(level)).toContain('The answer to a workflow task was not accepted');
  });

  test.each([
    ['is too large', new GrpcServiceError(GrpcStatus.RESOURCE_EXHAUSTED, 'message larger than max'), /larger than max/],
    ['cannot be sent at all', new TypeError('not a payload'), /not a payload/],
  ])('with an answer that %s fails the task, since it would be the same again', async (_, error, message) => {
    const { server, work, cache } = stage();
    begin(server);
    server.answerErrors.push(error);
    await work(server.task('sleeper'));
    expect(cache.size).toBe(0);
    expect(server.failed.map(({ failure }) => failure?.message)).toEqual([expect.stringMatching(message)]);
  });
});
