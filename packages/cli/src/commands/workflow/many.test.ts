import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Cli } from '../../testing/cli.js';
import { eventually } from '../../testing/eventually.js';

let cli: Cli;
let type: string;
let number = 0;
beforeAll(async () => (cli = await Cli.start()));
afterAll(() => cli.stop());

const filter = (): string => `WorkflowType = '${type}' AND ExecutionStatus = 'Running'`;

beforeEach(async () => {
  type = `Type${number++}`;
  for (const id of ['one', 'two', 'three'])
    await cli.text('workflow', 'start', '-t', 'nobody', '--type', type, '-w', `${type}-${id}`);
});

async function statuses(): Promise<readonly string[]> {
  const listed = await cli.json('workflow', 'list', '-q', `WorkflowType = '${type}'`);
  return (listed as readonly { readonly status: string }[]).map(({ status }) =>
    status.replace('WORKFLOW_EXECUTION_STATUS_', ''),
  );
}

test('all that match are terminated, by this command where the server has no batches', async () => {
  const outcome = await cli.json('workflow', 'terminate', '-q', filter(), '--yes', '--reason', 'enough');
  expect(outcome).toEqual({ total: 3, done: 3, skipped: 0, failed: [] });
  expect(await statuses()).toEqual(['TERMINATED', 'TERMINATED', 'TERMINATED']);
});

test('executions that ended before are passed over and counted', async () => {
  await cli.text('workflow', 'terminate', '-w', `${type}-two`);
  const query = `WorkflowType = '${type}'`;
  const text = await cli.text('workflow', 'signal', '-q', query, '--name', 'go', '-y', '--rps', '1000');
  expect(text).toBe('Signalled 2 executions; 1 execution had ended before, or left alone\n');
});

test('all that match are cancelled and deleted', async () => {
  await cli.text('workflow', 'cancel', '-q', filter(), '-y');
  for (const id of ['one', 'two', 'three']) {
    const shown = await cli.text('workflow', 'show', '-w', `${type}-${id}`);
    expect(shown).toContain('WorkflowExecutionCancelRequested');
  }
  await cli.text('workflow', 'delete', '-q', filter(), '-y');
  await eventually(statuses).toEqual([]);
});

test('a person is asked, and nothing but yes is a yes', async () => {
  const asked = cli.terminal({ answers: ['no'] });
  const refused = await cli.runOn(asked, 'workflow', 'terminate', '-q', filter());
  expect(asked.questions).toEqual([`Terminate 3 executions (${filter()})? y/N `]);
  expect(refused).toEqual({ code: 1, out: '', err: 'perdure: nothing was done\n' });
  expect(await statuses()).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
  const agreeing = cli.terminal({ answers: ['y'] });
  expect((await cli.runOn(agreeing, 'workflow', 'terminate', '-q', filter())).out).toBe('Terminated 3 executions\n');
});

test('where nobody can be asked, --yes is needed', async () => {
  const { code, err } = await cli.failure('workflow', 'terminate', '-q', filter());
  expect(code).toBe(2);
  expect(err).toMatch(/say --yes$/);
});

test('nothing that matches is nothing to do', async () => {
  expect(await cli.json('workflow', 'cancel', '-q', "WorkflowType = 'Nobody'", '-y')).toEqual({ total: 0, done: 0 });
});

test('executions that cannot be reset are named, the others are left to others', async () => {
  const file = join(cli.folder, 'excluded');
  writeFileSync(file, `${type}-one\n${type}-two\n`);
  const words = ['workflow', 'reset-batch', '-q', filter(), '--type', 'FirstWorkflowTask', '--exclude-file', file];
  const { code, err } = await cli.failure(...words, '--yes');
  expect(code).toBe(1);
  expect(err).toMatch(/^1 of 3 executions failed, the first one \S+-three: .* no worker has completed a workflow task/);
  expect(await cli.json(...words, '--dry-run')).toMatchObject([{ workflowId: `${type}-three` }]);
});
