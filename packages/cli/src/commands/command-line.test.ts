import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cli } from '../testing/cli.js';
import { eventually } from '../testing/eventually.js';
import { VERSION } from '../version.js';
import { COMMANDS } from './index.js';

let cli: Cli;
beforeAll(async () => (cli = await Cli.start()));
afterAll(() => cli.stop());

test.each([
  [['worklow', 'list'], /^unknown command 'worklow' \(Did you mean workflow\?\)\. See: perdure --help$/],
  [['workflow', 'lst'], /^unknown command 'lst' \(Did you mean list\?\)\. See: perdure workflow --help$/],
  [['workflow', 'list', '--quer', 'x'], /^unknown option '--quer' \(Did you mean --query\?\)/],
  [
    ['workflow', 'start', '-w', '1'],
    /^required option '--type <name>' not specified\. See: perdure workflow start --help$/,
  ],
  [['workflow', 'start', '--tpye', 'T', '-t', 'q'], /^unknown option '--tpye' \(Did you mean --type\?\)/],
  [['workflow', 'list', '-o', 'jso'], /not "jso" \(Did you mean json\?\)$/],
  [['workflow', 'list', '--fields', 'Stat'], /^--fields knows no "Stat": .* \(Did you mean Status\?\)$/],
  [['workflow', 'list', 'extra'], /too many arguments/],
  [['workflow', 'list', '-o', 'xml'], /^--output must be one of table, json, jsonl, none, not "xml"$/],
  [['workflow', 'list', '--limit', 'many'], /^--limit must be a whole number, not "many"$/],
  [['workflow', 'list', '--fields', 'Colour'], /^--fields knows no "Colour"/],
  [['workflow', 'start', '-t', 'q', '--type', 'T', '-i', '{'], /not valid JSON/],
  [['workflow', 'start', '-t', 'q', '--type', 'T', '--run-timeout', 'soon'], /must be a duration such as 500ms/],
  [['workflow', 'cancel'], /either --workflow-id or --query/],
  [['env', 'set', 'prod'], /say what to set/],
])('%j is wrong usage: one line that says what is meant, exit code 2', async (words, message) => {
  const { code, err } = await cli.failure(...words);
  expect(err).toMatch(message);
  expect(code).toBe(2);
  expect((await cli.run(...words)).out).toBe('');
});

test('help is printed for the program, for groups and for commands, in each way to ask for it', async () => {
  expect(await cli.text()).toContain('To begin, run a server');
  expect(await cli.text('--help')).toBe(await cli.text());
  expect(await cli.text('help')).toBe(await cli.text());
  expect(await cli.text('h')).toBe(await cli.text());
  expect(await cli.text('workflow')).toContain('signal-with-start');
  expect(await cli.text('workflow', 'help', 'list')).toBe(await cli.text('workflow', 'list', '-h'));
  expect(await cli.text('--version')).toBe(`${VERSION}\n`);
});

test('every command has a summary in one sentence and an example that names it', async () => {
  for (const { path, summary, example } of COMMANDS) {
    expect(summary).toMatch(/^[A-Z][^.]+$/);
    expect(example).toContain(`perdure ${path}`);
    expect(await cli.text(...path.split(' '), '--help')).toContain(example);
  }
});

test('the version is that of the package', () => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  expect(VERSION).toBe((JSON.parse(text) as { readonly version: string }).version);
});

test('flags of the connection may stand before the command, and switches may have values', async () => {
  const elsewhere = `${cli.namespace}-elsewhere`;
  await cli.text('operator', 'namespace', 'create', elsewhere);
  await eventually(async () => (await cli.run('--namespace', elsewhere, 'workflow', 'list', '-o', 'json')).out).toBe(
    '[]\n',
  );
  expect(await cli.json('workflow', '-n', elsewhere, 'list')).toEqual([]);
  expect(await cli.json('workflow', 'list', '--tls=false', '--no-pager=true')).toEqual([]);
});

test('no server: one line with what to do, exit code 1', async () => {
  const { code, err } = await cli.failure('workflow', 'list', '--address', '127.0.0.1:1');
  expect(code).toBe(1);
  expect(err).toMatch(/^no server answers at 127\.0\.0\.1:1 \(connect ECONNREFUSED 127\.0\.0\.1:1\); start one with/);
});
