import { history } from '@perdure/protocol';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Cli, expectMessage, type Ran } from './testing/cli.js';
import { runProcess, type ProcessControl, type ProcessOptions } from './testing/process.js';
import { startScriptedServer, type ScriptedServer } from './testing/scripted-server.js';

/** What programs rely on: with `-o json` all of stdout is one document, with `-o jsonl` every line is one. */

let cli: Cli;
beforeAll(async () => (cli = await Cli.start()));
afterAll(() => cli.stop());

let scripted: ScriptedServer | undefined;
afterEach(() => {
  scripted?.stop();
  scripted = undefined;
});

const FORMATS = ['json', 'jsonl'] as const;

/** Runs the bundled command as a process. */
const run = (words: readonly string[], options: ProcessOptions = {}): Promise<Ran> =>
  runProcess(words, { ...options, variables: { ...cli.variables, ...options.variables } });

/** All of stdout as one document, or as one in every line. */
function documentsIn(out: string, format: (typeof FORMATS)[number]): readonly unknown[] {
  expect(out).toMatch(/\n$/);
  if (format === 'json') return [JSON.parse(out)];
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

/** The error that a process leaves behind: one line on stderr, and the same on stdout. */
function errorIn({ code, out, err }: Ran, format: (typeof FORMATS)[number]): unknown {
  const { error } = documentsIn(out, format).at(-1) as { readonly error: Readonly<Record<string, unknown>> };
  expect(error).toEqual({
    code: expect.any(String) as unknown,
    message: expect.any(String) as unknown,
    exitCode: code,
  });
  if (code !== 130) expect(err).toBe(`perdure: ${String(error['message'])}\n`);
  return error['code'];
}

test.for(FORMATS)('-o %s: what fails leaves one error, with its code', async (format) => {
  const failing: readonly (readonly [words: string, code: string, exitCode: number])[] = [
    ['workflow describe -w nobody', 'NOT_FOUND', 1],
    ['workflow list --address 127.0.0.1:1', 'UNAVAILABLE', 1],
    ['workflow list -q ((', 'INVALID_ARGUMENT', 1],
    ['env get nobody', 'FAILED', 1],
    ['workflow list --env nobody', 'FAILED', 1],
    ['workflow start -t q --type T --input-file /nonexistent', 'FAILED', 1],
    ['workflow cancel', 'USAGE', 2],
    ['workflow list --limit many', 'USAGE', 2],
    ['workflow list --color pink', 'USAGE', 2],
    ['workflow list --nonsense', 'USAGE', 2],
    ['workflow lst', 'USAGE', 2],
    ['nonsense', 'USAGE', 2],
    ['workflow start -w 1', 'USAGE', 2],
    ['workflow list one two', 'USAGE', 2],
  ];
  for (const [words, code, exitCode] of failing) {
    const ran = await run([...words.split(' '), '-o', format]);
    expect(errorIn(ran, format), words).toBe(code);
    expect(ran.code, words).toBe(exitCode);
  }
});

test('the format is found in whatever words it is asked for', async () => {
  for (const words of [['-o', 'json'], ['-ojson'], ['-o=json'], ['--output', 'JSON'], ['--output=json']]) {
    const ran = await cli.run(...words, 'workflow', 'list', '--nonsense');
    expect(errorIn(ran, 'json')).toBe('USAGE');
  }
  await cli.text('env', 'set', 'lines.output', 'jsonl');
  expect(errorIn(await cli.run('workflow', 'describe', '-w', 'nobody', '--env', 'lines'), 'jsonl')).toBe('NOT_FOUND');
  expect((await cli.run('workflow', 'describe', '-w', 'nobody', '--', '-o', 'json')).out).toBe('');
  expect((await cli.run('workflow', 'describe', '-w', 'nobody', '-o', 'none')).out).toBe('');
  expect((await cli.run('workflow', 'describe', '-w', 'nobody')).out).toBe('');
});

test('help and the version are JSON too, where JSON is asked for', async () => {
  for (const words of [['workflow', 'list', '--help'], ['workflow'], ['help'], ['workflow', 'help', 'list']])
    expect(await cli.json(...words)).toEqual({ help: await cli.text(...words) });
  const version = await cli.text('--version');
  expect(JSON.parse(await cli.text('-o', 'json', '--version'))).toEqual({ version: version.trim() });
});

test('what says itself that it failed is the only document', async () => {
  await cli.text('workflow', 'start', '-t', 'nobody', '--type', 'T', '-w', 'ended');
  await cli.text('workflow', 'terminate', '-w', 'ended');
  for (const format of FORMATS) {
    const { code, out } = await run(['workflow', 'result', '-w', 'ended', '-o', format]);
    expect(code).toBe(1);
    const [first, ...others] = documentsIn(out, format);
    expect(first).toMatchObject({ workflowId: 'ended', status: 'TERMINATED' });
    expect(others).toHaveLength(format === 'json' ? 0 : 1);
  }
});

test('a list that fails half way is no list: only lines that were complete stay', async () => {
  scripted = await startScriptedServer([['one', 'two'], 'fails']);
  const list = ['workflow', 'list', '--limit', '0', '--address', scripted.address];
  const whole = await run([...list, '-o', 'json']);
  expect(errorIn(whole, 'json')).toBe('INTERNAL');
  const lines = await run([...list, '-o', 'jsonl']);
  expect(errorIn(lines, 'jsonl')).toBe('INTERNAL');
  expect(documentsIn(lines.out, 'jsonl')).toMatchObject([
    { execution: { workflowId: 'one' } },
    { execution: { workflowId: 'two' } },
    { error: { message: 'the disk is gone' } },
  ]);
});

test('a server that asks for fewer calls gets the same call again a little later', async () => {
  scripted = await startScriptedServer([['one'], { late: ['two'] }]);
  const words = [
    'workflow',
    'list',
    '--limit',
    '0',
    '--address',
    scripted.address,
    '-o',
    'json',
    '--log-level',
    'warn',
  ];
  const { code, out, err } = await cli.run(...words);
  expect(code).toBe(0);
  expect(err).toMatch(/^warn: the server is waited for address=\S+ status=RESOURCE_EXHAUSTED\n$/);
  expect(JSON.parse(out)).toMatchObject([{ execution: { workflowId: 'one' } }, { execution: { workflowId: 'two' } }]);
});

test.for(FORMATS)('-o %s: Ctrl-C in the middle of a list leaves valid JSON and exit code 130', async (format) => {
  let control: ProcessControl | undefined;
  scripted = await startScriptedServer([['one'], 'hangs'], (page) => page === 1 && control?.interrupt());
  const ran = await run(['workflow', 'list', '--limit', '0', '--address', scripted.address, '-o', format], {
    onStart: (started) => (control = started),
  });
  expect(ran.code).toBe(130);
  expect(errorIn(ran, format)).toBe('INTERRUPTED');
  expect(documentsIn(ran.out, format)).toHaveLength(format === 'json' ? 1 : 2);
});

test('Ctrl-C while a history is followed leaves what came so far, whole', async () => {
  await cli.text('workflow', 'start', '-t', 'nobody', '--type', 'T', '-w', 'followed');
  const follow = ['workflow', 'show', '-w', 'followed', '--follow'];
  const lines = await run([...follow, '-o', 'jsonl'], {
    onOutput: (soFar, { interrupt }) => soFar.includes('WORKFLOW_TASK_SCHEDULED') && interrupt(),
  });
  expect(lines.code).toBe(130);
  const events = documentsIn(lines.out, 'jsonl');
  for (const event of events.slice(0, -1)) expectMessage(history.HistoryEvent, event);
  expect(events.at(-1)).toMatchObject({ error: { code: 'INTERRUPTED' } });
});

test('Ctrl-C while something is waited for on standard input leaves valid JSON', async () => {
  const terminal = cli.terminal({ isInputOpen: true });
  const waiting = cli.runOn(terminal, 'workflow', 'start', '-t', 'q', '--type', 'T', '--input-file', '-', '-o', 'json');
  await terminal.inputAsked;
  terminal.interrupt();
  expect((await waiting).code).toBe(130);
  expect(errorIn({ ...(await waiting) }, 'json')).toBe('INTERRUPTED');
});

test('what is piped in is an argument', async () => {
  const words = ['workflow', 'start', '-t', 'q', '--type', 'T', '-w', 'piped', '--input-file', '-', '-o', 'json'];
  const { code, out } = await run(words, { input: '{"from":"a pipe"}\n' });
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ workflowId: 'piped', args: [{ from: 'a pipe' }] });
});

test('a reader that goes away is no failure, and nothing is said about it', async () => {
  scripted = await startScriptedServer([Array.from({ length: 5_000 }, (_, index) => `workflow-${index}`), ['last']]);
  for (const format of FORMATS) {
    const { code, err } = await run(['workflow', 'list', '--limit', '0', '--address', scripted.address, '-o', format], {
      onOutput: (_, { closePipe }) => closePipe(),
    });
    expect({ code, err }).toEqual({ code: 0, err: '' });
  }
});

test('a fault of the command itself is told like any other', async () => {
  const fault = "setTimeout(() => { throw new Error('a fault\\nof ours'); }, 300);";
  scripted = await startScriptedServer(['hangs']);
  const ran = await run(['workflow', 'list', '--address', scripted.address, '-o', 'json'], {
    variables: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fault)}` },
  });
  expect(errorIn(ran, 'json')).toBe('INTERNAL');
  expect(ran).toMatchObject({ code: 1, err: 'perdure: a fault of ours\n' });
});

test('colours that were asked for are left out where programs read', async () => {
  await cli.text('workflow', 'start', '-t', 'nobody', '--type', 'T', '-w', 'coloured');
  const { out } = await run(['workflow', 'describe', '-w', 'coloured', '-o', 'json', '--color', 'always']);
  expect(JSON.parse(out)).toMatchObject({ executionConfig: {} });
  const table = await run(['workflow', 'describe', '-w', 'coloured', '-o', 'table', '--color', 'always']);
  expect(table.out).toContain('\u001b[');
});
