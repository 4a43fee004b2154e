import { spawn, type StdioOptions } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { services as api, type workflowservice } from '@perdure/protocol';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { InProcessTransport } from '../api/index.js';
import { allMethods } from '../service/index.js';
import { openStore } from '../store/index.js';
import { scheduleActivity, startTimer } from '../testing/commands.js';
import { ENDS_WITH_PARENT } from '../testing/ends-with-parent.js';
import { startServer, type RunningServer } from './start-server.js';

const { methods } = api.WorkflowService;
const runPath = fileURLToPath(new URL('../../dist/main/run.js', import.meta.url));

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perdure-server-'));
  path = join(folder, 'test.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true }));

async function start(options: Parameters<typeof startServer>[0] = { store: { kind: 'sqlite', path } }) {
  const server = await startServer({ grpc: { port: 0 }, ...options });
  onTestFinished(() => server.stop({ graceMs: 100 }));
  return { server, call: callsOf(server) };
}

function callsOf({ services }: RunningServer) {
  const transport = new InProcessTransport({ methods: allMethods(services) });
  const namespace = 'default';
  const taskQueue = { name: 'queue' };
  return {
    start: (workflowId: string, rest: workflowservice.IStartWorkflowExecutionRequest = {}) =>
      transport.call(methods.StartWorkflowExecution, {
        namespace,
        workflowId,
        workflowType: { name: 't' },
        taskQueue,
        ...rest,
      }),
    workflowTask: () => transport.call(methods.PollWorkflowTaskQueue, { namespace, taskQueue }, { timeoutMs: 10_000 }),
    activityTask: () => transport.call(methods.PollActivityTaskQueue, { namespace, taskQueue }, { timeoutMs: 10_000 }),
    complete: (request: workflowservice.IRespondWorkflowTaskCompletedRequest) =>
      transport.call(methods.RespondWorkflowTaskCompleted, { namespace, ...request }),
    history: (workflowId: string) =>
      transport.call(methods.GetWorkflowExecutionHistory, { namespace, execution: { workflowId } }),
  };
}

/** The message of the error with which a server refuses to start. */
async function refusal(options: Parameters<typeof startServer>[0]): Promise<string> {
  try {
    await (await startServer({ grpc: { port: 0 }, ...options })).stop();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'started';
}

async function occupiedPort(): Promise<number> {
  const occupant: Server = createServer();
  await new Promise<void>((resolve) => occupant.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void occupant.close());
  return (occupant.address() as { port: number }).port;
}

describe('starting a server', () => {
  it('on a new file makes the default namespace and serves', async () => {
    const { server, call } = await start();
    expect(server.isServing).toBe(true);
    expect(server.address).toMatch(/^127\.0\.0\.1:\d+$/);
    expect((await call.start('w')).started).toBe(true);
  });

  it('on a file that another server uses is refused in one line', async () => {
    await start();
    const message = await refusal({ store: { kind: 'sqlite', path } });
    expect(message).toContain(path);
    expect(message).toContain('in use');
    expect(message).not.toContain('\n');
  });

  it('on a port that is taken is refused, and leaves the file to the next one', async () => {
    const port = await occupiedPort();
    const message = await refusal({ store: { kind: 'sqlite', path }, grpc: { port } });
    expect(message).toContain(String(port));
    expect(message).not.toContain('\n');
    const store = await openStore({ kind: 'sqlite', path, clusterId: 'any' });
    await store.close();
  });

  it('with a metrics port that is taken is refused, and leaves the file to the next one', async () => {
    const port = await occupiedPort();
    const message = await refusal({ store: { kind: 'sqlite', path }, metrics: { port } });
    expect(message).toContain(`${port}: the port is in use; stop what uses it or choose another with metrics.port`);
    await start();
  });
});

describe('stopping a server', () => {
  it('twice is the same as once', async () => {
    const { server } = await start();
    const stopped = server.stop();
    expect(server.stop()).toBe(stopped);
    await stopped;
    expect(server.isServing).toBe(false);
  });

  it('answers held polls with nothing, and at once', async () => {
    const { server, call } = await start();
    const polled = call.workflowTask();
    const stopped = server.stop();
    expect((await polled).taskToken).toHaveLength(0);
    await stopped;
  });

  it('leaves everything for the next one: runs, workflow tasks, activities and timers', async () => {
    const first = await start();
    const { runId } = await first.call.start('w');
    const { taskToken } = await first.call.workflowTask();
    await first.call.complete({ taskToken, commands: [startTimer('t', 50), scheduleActivity('a')] });
    await first.call.start('waiting');
    await first.server.stop();

    const { call } = await start();
    const tasks = [await call.workflowTask(), await call.workflowTask()];
    expect(tasks.map((task) => task.workflowExecution?.workflowId).sort()).toEqual(['w', 'waiting']);
    const ofTimer = tasks.find((task) => task.workflowExecution?.workflowId === 'w');
    expect(ofTimer?.workflowExecution?.runId).toBe(runId);
    expect(ofTimer?.history?.events.some((event) => event.timerFiredEventAttributes != null)).toBe(true);
    expect((await call.activityTask()).activityId).toBe('a');
  });
});

describe('the process', () => {
  it('stops on SIGTERM with everything on disk, and says so', async () => {
    const args = [runPath, '--db-filename', path, '--port', '0', '--log-format', 'json'];
    const stdio: StdioOptions = ['ignore', 'pipe', 'inherit', 'ipc'];
    const child = spawn(process.execPath, [...ENDS_WITH_PARENT, ...args], { stdio });
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Server ready') && !child.killed) child.kill('SIGTERM');
    });
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(output).toContain('Stopped');
    expect(code).toBe(0);
    const store = await openStore({ kind: 'sqlite', path, clusterId: 'any' });
    expect(await store.integrityCheck()).toEqual([]);
    await store.close();
  });

  it.each([
    [['--port', 'many'], '--port'],
    [['--db-filename', 'x', '--in-memory'], 'exclude each other'],
    [['--tls-cert-path', 'x'], '--tls-key-path'],
    [['--log-level', 'loud'], '--log-level'],
    [['--callback-address', 'https://host/path'], '--callback-address'],
    [['--no-such-option'], '--no-such-option'],
  ])('refuses %j in one line', async (parameters, words) => {
    const child = spawn(process.execPath, [runPath, ...parameters]);
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(1);
    expect(complaint).toContain(words);
    expect(complaint.trim()).not.toContain('\n');
  });
});
