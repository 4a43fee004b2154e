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

test('a person is asked, and nothing but yes is a yes', async () => {
  const asked = cli.terminal({ answers: ['no'] });
  const refused = await cli.runOn(asked, 'workflow', 'terminate', '-q', filter());
  expect(asked.questions).toEqual([`Terminate 3 executions (${filter()})? y/N `]);
  expect(refused).toEqual({ code: 1, out: '', err: 'perdure: nothing was done\n' });
  expect(await statuses()).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
  const agreeing = cli.terminal({ answers: ['y'] });
  const { out } = await cli.runOn(agreeing, 'workflow', 'terminate', '-q', filter());
  expect(out).toMatch(/^Started batch [-0-9a-f]{36}\. See: perdure batch describe --job-id [-0-9a-f]{36}\n$/);
  await eventually(statuses).toEqual(['TERMINATED', 'TERMINATED', 'TERMINATED']);
});

test('where nobody can be asked, --yes is needed', async () => {
  const { code, err } = await cli.failure('workflow', 'terminate', '-q', filter());
  expect(code).toBe(2);
  expect(err).toMatch(/say --yes$/);
});

test('nothing that matches is nothing to do', async () => {
  expect(await cli.json('workflow', 'cancel', '-q', "WorkflowType = 'Nobody'", '-y')).toEqual({
    total: 0,
    done: 0,
    skipped: 0,
    failed: [],
  });
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
