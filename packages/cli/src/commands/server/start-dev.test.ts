import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ENDS_WITH_PARENT } from '../../testing/ends-with-parent.js';

const COMMAND = fileURLToPath(new URL('../../../bin/perdure.js', import.meta.url));

interface Announcement {
  readonly server: string;
  readonly ui: string | null;
  readonly http: string;
  readonly metrics: string;
  readonly database: string | null;
}

// Each test starts several processes.
vi.setConfig({ testTimeout: 60_000 });

let folder: string;
let running: ChildProcess[] = [];
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'perdure-start-dev-'))));
afterEach(async () => {
  await Promise.all(running.map((child) => stop(child, 'SIGKILL')));
  running = [];
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function launch(words: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const env = { PATH: process.env['PATH'], HOME: folder };
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', 'ipc'];
  const child = spawn(process.execPath, [...ENDS_WITH_PARENT, COMMAND, ...words], { cwd: folder, env, stdio });
  let [out, err] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (err += chunk));
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, out, err })));
  return { child, ended };
}

const perdure = (...words: string[]): Promise<Ended> => launch(words).ended;

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.kill(signal);
  return exited;
}

/** Starts a server on free ports and waits until it says that it is ready. */
async function startDev(...words: string[]): Promise<Announcement & { readonly child: ChildProcess }> {
  const { child, ended } = launch(['server', 'start-dev', '--port', '0', '-o', 'json', ...words]);
  running.push(child);
  const announced = new Promise<Announcement>((resolve) => {
    let text = '';
    child.stdout?.on('data', (chunk: string) => {
      text += chunk;
      if (text.endsWith('}\n')) resolve(JSON.parse(text) as Announcement);
    });
  });
  const failed = ended.then((end) => Promise.reject(new Error(`the server ended: ${JSON.stringify(end)}`)));
  failed.catch(() => undefined);
  return { child, ...(await Promise.race([announced, failed])) };
}

test('what was started is there after Ctrl-C and a new start on the same file, and after a kill', async () => {
  const first = await startDev('--db-filename', 'perdure.db');
  const start = ['workflow', 'start', '-t', 'q', '--type', 'T', '-o', 'none', '--address'];
  expect((await perdure(...start, first.server, '-w', 'one')).code).toBe(0);
  expect(await stop(first.child, 'SIGINT')).toBe(0);
  const second = await startDev('-f', 'perdure.db');
  expect((await perdure(...start, second.server, '-w', 'two')).code).toBe(0);
  await stop(second.child, 'SIGKILL');
  const third = await startDev('-f', 'perdure.db', '--headless');
  expect(third).toMatchObject({ ui: null, database: 'perdure.db' });
  const { out } = await perdure('workflow', 'list', '--fields', 'WorkflowId,Status', '--address', third.server);
  expect(out).toBe('  WorkflowId  Status\n  two         Running\n  one         Running\n');
});

test('what follows an execution goes on when the server comes back', async () => {
  const first = await startDev('--db-filename', 'perdure.db');
  await perdure('workflow', 'start', '-t', 'q', '--type', 'T', '-w', 'one', '--address', first.server);
  const { child, ended } = launch(['workflow', 'show', '-w', 'one', '--follow', '--address', first.server]);
  running.push(child);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  await stop(first.child, 'SIGKILL');
  const port = first.server.split(':')[1] ?? '';
  const second = await startDev('--db-filename', 'perdure.db', '--port', port, '--headless');
  await perdure('workflow', 'terminate', '-w', 'one', '--address', second.server);
  expect(await ended).toMatchObject({
    code: 0,
    out: expect.stringMatching(/WorkflowTaskScheduled\n +3 .*WorkflowExecutionTerminated\n$/) as string,
  });
});

test('namespaces and search attributes are made, limits are set, and the page, Nexus and the metrics are served', async () => {
  const { server, ui, http, metrics } = await startDev(
    ...['--namespace', 'orders', '--search-attribute', 'Customer=Keyword', '--log-level', 'never'],
    ...['--dynamic-config-value', 'limit.blobSize.error=100', '--dynamic-config-value', 'history.colour="red"'],
  );
  const at = ['--address', server, '-n', 'orders'];
  const start = ['workflow', 'start', '-t', 'q', '--type', 'T', ...at];
  expect((await perdure(...start, '-w', 'a', '--search-attribute', 'Customer="Ada"')).code).toBe(0);
  const tooBig = await perdure(...start, '-w', 'b', '-i', JSON.stringify('x'.repeat(200)));
  expect(tooBig).toMatchObject({ code: 1, err: expect.stringMatching(/^perdure: .*exceeds size limit/) as string });
  const page = await (await fetch(`http://${ui}/namespaces/orders/workflows`)).text();
  expect(page).toContain('<h1>Workflow executions of orders</h1>');
  const listed = (await (await fetch(`http://${ui}/api/v1/namespaces/orders/workflows`)).json()) as object;
  expect(listed).toMatchObject({ executions: [{ execution: { workflowId: 'a' } }] });
  // On a port of its own, and on that of the page.
  for (const address of [http, ui]) {
    const path = '/namespaces/orders/task-queues/q/nexus-services/s/o';
    const answer = await fetch(`http://${address}${path}`, { method: 'POST', headers: { 'request-timeout': '10ms' } });
    expect(answer.status).toBe(520);
  }
  expect(await (await fetch(`http://${metrics}/metrics`)).text()).toContain('# TYPE');
});

test('a limit that the server does not know is said, and no reason not to start', async () => {
  const { child, ended } = launch(['server', 'start-dev', '--port', '0', '--dynamic-config-value', 'a.b=1']);
  running.push(child);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({
    code: 0,
    err: 'perdure: --dynamic-config-value a.b is nothing this server knows\n',
  });
});

async function expectRefused(message: RegExp, code: number, ...words: string[]): Promise<void> {
  const ended = await perdure('server', 'start-dev', '--port', '0', ...words);
  expect(ended).toEqual({ code, out: '', err: expect.stringMatching(message) as string });
  expect(ended.err.trimEnd()).not.toContain('\n');
}

test('a port in use is one clear line', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const port = String((other.address() as AddressInfo).port);
  const inUse = (doing: string, flag: string) =>
    RegExp(
      `^perdure: cannot ${doing} 127\\.0\\.0\\.1:${port}: the port is in use; ` +
        `stop what uses it or choose another with ${flag}, where 0 takes any free port$`,
      'm',
    );
  await expectRefused(inUse('listen on', '--port'), 1, '--port', port);
  await expectRefused(
    /^perdure: port \d+ of the web page is in use: choose another with --ui-port, where 0 takes any free port/,
    1,
    '--ui-port',
    port,
  );
  await expectRefused(inUse('serve HTTP on', '--http-port'), 1, '--http-port', port);
  await expectRefused(inUse('serve metrics on', '--metrics-port'), 1, '--metrics-port', port);
  other.close();
});

test('a file that cannot be used is one clear line, and is left as it was', async () => {
  writeFileSync(join(folder, 'diary.txt'), 'Dear diary');
  await expectRefused(/^perdure: cannot use the database: .*is not a Perdure database/, 1, '-f', 'diary.txt');
  mkdirSync(join(folder, 'folder'));
  await expectRefused(/^perdure: cannot use the database: .*folder cannot be opened/, 1, '-f', 'folder');
  expect(readdirSync(folder).sort()).toEqual(['diary.txt', 'folder']);
});

test('a second server on the same file is one clear line', async () => {
  await startDev('-f', 'shared.db');
  await expectRefused(
    /^perdure: cannot use the database: .*shared\.db is in use by another server/,
    1,
    '-f',
    'shared.db',
  );
});

test('settings that mean nothing are wrong usage', async () => {
  await expectRefused(/--port must be a port/, 2, '--port', '99999');
  await expectRefused(/"Colour" is no type of search attribute/, 2, '--search-attribute', 'A=Colour');
  await expectRefused(
    /--dynamic-config-value limit\.blobSize\.error must be a whole number/,
    2,
    ...['--dynamic-config-value', 'limit.blobSize.error=many'],
  );
  for (const wrong of ['many', '{}', '[{"AllowInsecure":true}]', '[{"Pattern":"*","AllowInsecure":1}]', '[null]'])
    await expectRefused(
      /--dynamic-config-value callback\.allowedAddresses must be like \[\{"Pattern"/,
      2,
      ...['--dynamic-config-value', `callback.allowedAddresses=${wrong}`],
    );
});
