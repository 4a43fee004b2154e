import { afterAll, beforeAll, expect, test } from 'vitest';
import { namesOf } from './command.js';
import { COMMANDS } from './commands/index.js';
import { Cli } from './testing/cli.js';
import { runProcess } from './testing/process.js';

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.start();
  await cli.text('workflow', 'start', '-t', 'q', '--type', 'T', '-w', 'one', '-i', '{"a":[1]}', '--memo', 'note="x"');
});
afterAll(() => cli.stop());

test.each([
  [['workflow', 'describe', '-w', 'one', '--fields', 'long', '-o', 'json'], '--fields'],
  [['workflow', 'start', '-t', 'q', '--type', 'T', '--input-meta', 'encoding=json/plain'], '--input-meta'],
  [['workflow', 'signal', '-w', 'one', '--name', 'x', '--reason', 'y', '--rps', '5'], '--reason, --rps'],
  [['workflow', 'list', '--codec-auth', 'key'], '--codec-auth'],
  [['workflow', 'list', '--disable-config-file', '--profile', 'prod'], '--profile'],
  [['completion', 'bash', '--config-file', 'x'], '--config-file'],
])('%j: flags that make no difference are named', async (words, names) => {
  const { code, err } = await cli.run(...words);
  expect({ code, err }).toEqual({ code: 0, err: `perdure: ${names} made no difference here\n` });
});

test('flags that make a difference, or hurt nobody, are not named', async () => {
  for (const words of [
    ['workflow', 'list', '--fields', 'long', '-o', 'json', '--time-format', 'raw', '--color', 'never', '--no-pager'],
    [
      'workflow',
      'list',
      '--fields',
      'long',
      '-o',
      'jsonl',
      '--limit',
      '1',
      '--page-size',
      '1',
      '--disable-config-file',
    ],
    [
      'workflow',
      'list',
      '--command-timeout',
      '5s',
      '--client-connect-timeout',
      '5s',
      '--identity',
      'me',
      '--tls=false',
    ],
    ['workflow', 'cancel', '-w', 'one', '--yes', '--reason', 'enough'],
    ['task-queue', 'describe', '-t', 'q', '--report-stats'],
  ])
    await cli.text(...words);
});

test('a flag that only other command lines need says why it does nothing, before anything else', async () => {
  const all = COMMANDS.flatMap(({ path, flags }) => flags.map((flag) => ({ path, flag })));
  const found = all.filter(({ flag }) => flag.withoutEffect !== undefined);
  expect(found.map(({ path, flag }) => `${path} ${namesOf(flag).long}`)).toEqual([
    'server start-dev --ui-asset-path',
    'server start-dev --ui-public-path',
    'server start-dev --ui-codec-endpoint',
    'server start-dev --sqlite-pragma',
    'server start-dev --log-config',
    'workflow trace --concurrency',
    'task-queue describe --legacy-mode',
  ]);
  const queue = await cli.run('task-queue', 'describe', '-t', 'q', '--legacy-mode');
  expect(queue).toMatchObject({ code: 0, err: 'perdure: --legacy-mode has no effect: there is one form only\n' });
  const ran = await runProcess(
    ['server', 'start-dev', '--port', '0', '--headless', '--ui-asset-path', 'x', '--log-config'],
    {
      onOutput: (_, { interrupt }) => interrupt(),
    },
  );
  expect(ran.code).toBe(0);
  expect(ran.err).toBe(
    [
      'perdure: --ui-asset-path has no effect: the page is part of this command',
      'perdure: --log-config has no effect: there is no file of settings to log',
      '',
    ].join('\n'),
  );
});

test('calls to the server are told on stderr, as far as they are asked for', async () => {
  const count = ['workflow', 'count'];
  const verbose = await cli.run(...count, '--verbose');
  expect(verbose.err).toMatch(/^debug: called method=CountWorkflowExecutions address=\S+ ms=\d+ status=OK\n$/);
  const json = await cli.run('workflow', 'describe', '-w', 'nobody', '--log-level', 'debug', '--log-format', 'json');
  expect(JSON.parse(json.err.split('\n')[0] ?? '')).toMatchObject({ level: 'debug', status: 'NOT_FOUND' });
  expect((await cli.run(...count, '--log-level', 'info')).err).toBe('');
});

test('payloads are shown as what they hold, where that is asked for', async () => {
  const describe = ['workflow', 'describe', '-w', 'one'];
  const memo = { fields: { note: 'x' } };
  expect(await cli.json(...describe, '--json-shorthand-payloads')).toMatchObject({ workflowExecutionInfo: { memo } });
  expect(await cli.json(...describe)).not.toMatchObject({ workflowExecutionInfo: { memo } });
  expect(await cli.json(...describe, '--no-json-shorthand-payloads')).toEqual(await cli.json(...describe));
  const history = await cli.text('workflow', 'show', '-w', 'one', '-o', 'jsonl', '--json-shorthand-payloads');
  expect(history).toContain('"input":[{"a":[1]}]');
});

test('a server that does not answer is given up after --client-connect-timeout', async () => {
  const words = ['workflow', 'count', '--address', '127.0.0.1:1', '--client-connect-timeout', '200ms'];
  const { code, err } = await cli.failure(...words);
  expect(code).toBe(1);
  expect(err).toBe('no server answers at 127.0.0.1:1 within --client-connect-timeout');
});
