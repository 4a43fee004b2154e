import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { availableScreen, RealTerminal } from './testing/real-terminal.js';
import { startWorker } from './testing/worker.js';
import { VERSION } from './version.js';

const COMMAND = fileURLToPath(new URL('../bin/perdure.js', import.meta.url));

/** Stands in for jq where it is not installed: knows the one expression of the tour. */
const JQ = `#!/usr/bin/env node
if (process.argv[2] !== '.[].type.name') throw new Error('this jq knows one expression only');
let text = '';
process.stdin.on('data', (chunk) => (text += chunk)).on('end', () => {
  for (const { type } of JSON.parse(text)) console.log(JSON.stringify(type.name));
});
`;

let folder: string;
let terminals: RealTerminal[] = [];
let ports: readonly [api: number, page: number];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'perdure-tour-'));
  const bin = join(folder, 'bin');
  for (const path of [bin, join(folder, 'home'), join(folder, 'empty')]) mkdirSync(path);
  symlinkSync(COMMAND, join(bin, 'perdure'));
  if (spawnSync('jq', ['--version']).status !== 0) {
    writeFileSync(join(bin, 'jq'), JQ);
    chmodSync(join(bin, 'jq'), 0o755);
  }
  ports = [await freePort(), await freePort()];
});
afterEach(() => {
  for (const terminal of terminals) terminal.close();
  terminals = [];
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function openTerminal(kind: 'tmux' | 'script'): Promise<RealTerminal> {
  const terminal = await RealTerminal.open(kind, {
    folder: join(folder, 'empty'),
    variables: {
      HOME: join(folder, 'home'),
      PATH: [join(folder, 'bin'), dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
      TEMPORAL_ADDRESS: `localhost:${ports[0]}`,
    },
  });
  terminals.push(terminal);
  return terminal;
}

/** What differs from one run to the next, by what it is. */
function masked(text: string): string {
  return text
    .replaceAll(`${ports[0]}`, '7233')
    .replaceAll(`${ports[1]}`, '8233')
    .replaceAll(VERSION, 'VERSION')
    .replaceAll(/localhost:\d+\/metrics/g, 'localhost:METRICS/metrics')
    .replaceAll(/(Nexus: +http:\/\/localhost:)\d+/g, '$1NEXUS')
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME')
    .replaceAll(/HistorySize {4}\d+/g, 'HistorySize    SIZE')
    .replaceAll(/(\d+ (second|minute)s? ago|\bnow\b)/g, 'AGO')
    .replaceAll(/"historySizeBytes": "\d+"/g, '"historySizeBytes": "SIZE"')
    .replaceAll(/(file:\/\/)?[^\s(]*\/([\w-]+\.[jt]s)(:\d+)+/g, '$2:LINE')
    .replaceAll(folder, 'FOLDER')
    .replaceAll(/completed \d+m?s/g, 'completed DURATION');
}

test('the tour of a newcomer, from an empty folder, in a real terminal', { timeout: 180_000 }, async (context) => {
  const kind = availableScreen();
  if (kind === undefined) {
    const reason = 'THE TOUR WAS NOT TAKEN: it needs tmux, or script of util-linux; install one of them';
    console.warn(reason);
    return context.skip(reason);
  }
  const transcript: string[] = [];
  const server = await openTerminal(kind);
  const shell = await openTerminal(kind);
  const note = (text: string): number => transcript.push(`${masked(text)}\n`);
  const run = async (command: string): Promise<void> => void note(`$ ${await shell.run(command)}`);
  const startServer = async (): Promise<void> => {
    const command = `perdure server start-dev --db-filename perdure.db --port ${ports[0]} --ui-port ${ports[1]}`;
    server.start(command);
    await server.shows(/Database:/);
  };
  const stopServer = async (): Promise<void> => {
    server.press('\u0003');
    note(`In the other terminal, until Ctrl-C:\n\n$ ${await server.finished()}`);
  };

  await run('perdure workflow list');
  await run('perdure');
  await startServer();
  await run('perdure workflow start -t hello-world --type MyWorkflow -w 123 -i 456');
  await run('perdure workflow list');
  await run('perdure workflow describe --workflow-id 123');
  await run('perdure workflow describe --workflow-id 123 --pager "head -n 3"');
  await run('perdure workflow describe --workflow-id 123 -o table');
  await run(
    'perdure workflow start --task-queue hello-world --type OtherWorkflow --workflow-id 124 --input \'"text"\'',
  );
  await run('perdure workflow list --fields long --output json');
  await run("perdure workflow list --fields long -o json | jq '.[].type.name'");
  await run("perdure workflow list --fields long -o json | jq '.[].type.name' | uniq -c");
  await run('perdure workflow count');
  await run('perdure workflow show -w 123');

  const worker = await startWorker(`localhost:${ports[0]}`, 'hello-world');
  await run('perdure workflow query -w 123 --type status');
  await run('perdure workflow stack -w 123');
  await run('perdure workflow signal -w 123 --name answer -i 1');
  await run('perdure workflow result -w 123');
  await run('perdure workflow show -w 123');
  await run('perdure workflow execute -t hello-world --type countdown -w down -i 1');
  await run('perdure workflow trace -w down | cat');
  await worker.stop();

  await run('perdure workflow');
  await run('perdure workflow lst');
  await run('perdure workflow start -t hello-world --type MyWorkflow -i text');
  await run('perdure workflow terminate --query "WorkflowType = \'OtherWorkflow\'"'.concat(' --yes'));

  await run('perdure env set prod.namespace production.f45a2');
  await run('perdure env set prod.address localhost:1');
  await run('perdure env set prod.tls-cert-path /temporal/certs/prod.pem');
  await run('perdure env get prod');
  await run('perdure env delete prod.tls-cert-path');
  await run('perdure env list');
  await run('perdure workflow list --env prod');
  await run(`perdure env set prod.address localhost:${ports[0]}`);
  await run('perdure env set prod.namespace default');
  await run('perdure workflow list --env prod --limit 1');

  await run('source <(perdure completion bash)');
  for (const keys of ['perdure work\t', 'cou\t', '--ou\t', 'jsonl\t']) shell.press(keys);
  await shell.shows(/perdure workflow count --output jsonl/);
  shell.press('\r');
  note(`Typed with the tab key:\n\n$ ${await shell.finished()}`);

  await stopServer();
  await run('perdure workflow list');
  await startServer();
  await run('perdure workflow list');
  await stopServer();
  await expect(transcript.join('\n')).toMatchFileSnapshot('testing/goldens/tour.txt');
});

test('a question is asked and a tree is drawn in place, on a real screen', { timeout: 120_000 }, async (context) => {
  const kind = availableScreen();
  if (kind !== 'tmux') {
    const reason = 'NOT TRIED ON A SCREEN: what is drawn in place needs tmux; install it';
    console.warn(reason);
    return context.skip(reason);
  }
  const [server, shell] = [await openTerminal(kind), await openTerminal(kind)];
  server.start(`perdure server start-dev --port ${ports[0]} --headless`);
  await server.shows(/Database:/);
  const worker = await startWorker(`localhost:${ports[0]}`, 'hello-world');
  await shell.run('perdure workflow start -t hello-world --type MyWorkflow -w 123 -i 1 -o none');
  shell.start('perdure workflow trace -w 123');
  await shell.shows(/▶ MyWorkflow \(123\) running/);
  const other = await openTerminal(kind);
  other.start('perdure workflow signal --query "WorkflowId = \'123\'" --name answer -i 2');
  await other.shows(/\? y\/N/);
  other.press('y\r');
  expect(await other.finished()).toMatch(/\? y\/N y\nStarted batch \S+\. See: perdure batch describe --job-id \S+$/);
  const traced = await shell.finished();
  expect(traced.replaceAll(/\d+m?s\b/g, 'TIME')).toBe(
    'perdure workflow trace -w 123\n✔ MyWorkflow (123) completed TIME',
  );
  await worker.stop();
});
