import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { history, workflow, workflowservice } from '@perdure/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cli, expectMessage } from '../../testing/cli.js';
import { eventually } from '../../testing/eventually.js';

let cli: Cli;
beforeAll(async () => (cli = await Cli.start()));
afterAll(() => cli.stop());

const start = (id: string, ...more: string[]): Promise<unknown> =>
  cli.json('workflow', 'start', '-t', 'nobody', '--type', 'MyWorkflow', '-w', id, ...more);

test(
  'an execution is started with the short flags, listed, described, signalled, shown and terminated',
  { timeout: 90_000 },
  async () => {
    const started = (await start('123', '-i', '456')) as { readonly runId: string };
    expect(started).toMatchObject({ workflowId: '123', type: 'MyWorkflow', taskQueue: 'nobody', args: [456] });
    const execution = { workflowId: '123', runId: started.runId };

    const listed = (await cli.json('workflow', 'list', '--fields', 'long')) as readonly unknown[];
    expect(listed).toMatchObject([
      { execution, type: { name: 'MyWorkflow' }, status: 'WORKFLOW_EXECUTION_STATUS_RUNNING', taskQueue: 'nobody' },
    ]);
    expectMessage(workflow.WorkflowExecutionInfo, listed[0]);
    expect(await cli.text('workflow', 'list')).toMatch(
      /Status +WorkflowId +Name +StartTime\n +Running +123 +MyWorkflow/,
    );
    expect(await cli.text('workflow', 'list', '-o', 'jsonl')).toBe(`${JSON.stringify(listed[0])}\n`);
    expect(await cli.text('workflow', 'list', '-o', 'none')).toBe('');

    const described = workflowservice.DescribeWorkflowExecutionResponse;
    expect(await cli.message(described, 'workflow', 'describe', '-w', '123')).toMatchObject({
      workflowExecutionInfo: { execution },
      pendingWorkflowTask: { state: 'PENDING_WORKFLOW_TASK_STATE_SCHEDULED' },
    });
    await cli.text('workflow', 'signal', '-w', '123', '--name', 'approve', '-i', '{"by":"Ada"}');
    await cli.text('workflow', 'cancel', '-w', '123', '--reason', 'enough');
    await cli.text('workflow', 'terminate', '-w', '123', '--reason', 'enough');
    const shown = await cli.message(history.History, 'workflow', 'show', '-w', '123');
    const { events } = shown as { readonly events: readonly { readonly eventType: string }[] };
    expect(events.map(({ eventType }) => eventType.replace('EVENT_TYPE_WORKFLOW_', ''))).toEqual([
      'EXECUTION_STARTED',
      'TASK_SCHEDULED',
      'EXECUTION_SIGNALED',
      'EXECUTION_CANCEL_REQUESTED',
      'EXECUTION_TERMINATED',
    ]);
    expect(await cli.text('workflow', 'show', '-w', '123')).toMatch(
      /ID +Time +Type\n +1 +\S+Z +WorkflowExecutionStarted/,
    );
    await cli.text('workflow', 'delete', '-w', '123');
    // Some servers delete when they find the time.
    await eventually(async () => (await cli.run('workflow', 'describe', '-w', '123')).code, 60_000).toBe(1);
  },
);

test('describe is JSON for reading, a summary with -o table, and the answer of the API with -o json', async () => {
  await start('described', '--memo', 'note="fragile"', '--static-summary', 'about it');
  const readable = JSON.parse(await cli.text('workflow', 'describe', '-w', 'described')) as object;
  expect(readable).toMatchObject({
    executionConfig: { taskQueue: { name: 'nobody', kind: 'Normal' } },
    workflowExecutionInfo: { status: 'Running', memo: { fields: { note: 'fragile' } } },
    pendingWorkflowTask: { state: 'Scheduled' },
  });
  expect(await cli.text('workflow', 'describe', '-w', 'described', '-o', 'table')).toMatch(
    /Execution:\n +WorkflowId +described\n[^]*Status +Running\n[^]*Memo +\{"note":"fragile"\}/,
  );
  expect(await cli.json('workflow', 'describe', '-w', 'described', '--reset-points')).toEqual([]);
});

test('everything a start can be given arrives', async () => {
  await cli.text('operator', 'search-attribute', 'create', '--name', 'Customer', '--type', 'Keyword');
  await eventually(async () => (await cli.run('workflow', 'count', '-q', "Customer = 'nobody'")).code).toBe(0);
  writeFileSync(join(cli.folder, 'input.json'), '{"from":"a file"}\n');
  const flags = [
    ['-i', '1', '--input-file', join(cli.folder, 'input.json')],
    ['--search-attribute', 'Customer="Ada"', '--memo', 'note=[1]', '--headers', 'trace="x"'],
    ['--execution-timeout', '1h', '--run-timeout', '30m', '--task-timeout', '5s', '--start-delay', '1m'],
    ['--id-reuse-policy', 'RejectDuplicate', '--id-conflict-policy', 'Fail', '--priority-key', '2'],
    ['--static-summary', 'about', '--static-details', 'more', '--identity', 'tester'],
  ];
  await start('rich', ...flags.flat());
  const { events } = (await cli.json('workflow', 'show', '-w', 'rich')) as { readonly events: readonly object[] };
  expect(events[0]).toMatchObject({
    workflowExecutionStartedEventAttributes: {
      input: { payloads: [{ data: btoa('1') }, { data: btoa('{"from":"a file"}') }] },
      workflowExecutionTimeout: '3600s',
      workflowRunTimeout: '1800s',
      workflowTaskTimeout: '5s',
      firstWorkflowTaskBackoff: '60s',
      identity: 'tester',
      memo: { fields: { note: { data: btoa('[1]') } } },
      header: { fields: { trace: { data: btoa('"x"') } } },
      searchAttributes: { indexedFields: { Customer: { data: btoa('"Ada"') } } },
      priority: { priorityKey: 2 },
    },
    userMetadata: { summary: { data: btoa('"about"') }, details: { data: btoa('"more"') } },
  });
  await eventually(() => cli.json('workflow', 'list', '-q', "Customer = 'Ada'")).toHaveLength(1);
  const meta = ['--input-meta', 'encoding=json/protobuf', '--input-meta', 'messageType=a.B', '--input-base64'];
  await start('encoded', '-i', btoa('{"x":1}'), ...meta);
  const encoded = (await cli.json('workflow', 'show', '-w', 'encoded')) as { readonly events: readonly object[] };
  const metadata = { encoding: btoa('json/protobuf'), messageType: btoa('a.B') };
  expect(encoded.events[0]).toMatchObject({
    workflowExecutionStartedEventAttributes: { input: { payloads: [{ metadata, data: btoa('{"x":1}') }] } },
  });
  const again = await cli.failure('workflow', 'start', '-t', 'q', '--type', 'T', '-w', 'rich');
  expect(again).toMatchObject({ code: 1, err: expect.stringContaining('already') as string });
});

test('a list ends at its limit, and says on stderr when the limit was not asked for', async () => {
  for (let count = 0; count < 101; count++) await start(`many-${count}`, '-i', 'null');
  const query = ['-q', "WorkflowId STARTS_WITH 'many-'"];
  await eventually(() => cli.json('workflow', 'list', ...query, '--limit', '0')).toHaveLength(101);
  const { out, err } = await cli.run('workflow', 'list', ...query, '-o', 'json');
  expect(JSON.parse(out)).toHaveLength(100);
  expect(err).toBe('These are the latest 100; --limit 0 shows all, --query fewer.\n');
  expect(await cli.json('workflow', 'list', ...query, '--limit', '3')).toHaveLength(3);
  expect(await cli.json('workflow', 'list', ...query, '--limit', '0', '--page-size', '40')).toHaveLength(101);
});

test('executions are counted, in groups with what each group is', async () => {
  await start('counted');
  await cli.text('workflow', 'terminate', '-w', 'counted');
  const query = "WorkflowId = 'counted' GROUP BY ExecutionStatus";
  expect(await cli.text('workflow', 'count', '-q', query)).toBe('Total: 1\nGroup total: 1, values: Terminated\n');
  const answer = await cli.message(workflowservice.CountWorkflowExecutionsResponse, 'workflow', 'count', '-q', query);
  expect(answer).toMatchObject({ count: '1', groups: [{ count: '1' }] });
  expect(await cli.json('workflow', 'count', '-q', "WorkflowId = 'nobody'")).toEqual({ count: '0' });
});

test('a long list goes through the pager of a terminal, and nowhere else', async () => {
  const command = ['workflow', 'list', '--limit', '50', '-q', "WorkflowId STARTS_WITH 'many-'", '--time-format', 'raw'];
  const paged = cli.terminal({ isTerminal: true });
  await cli.runOn(paged, ...command, '--pager', 'less', '--color', 'never');
  expect(paged.outText).toBe('');
  expect(paged.pages).toMatchObject([{ command: 'less' }]);
  expect(paged.pages[0]?.text).toBe(await cli.text(...command));
  const short = cli.terminal({ isTerminal: true, rows: 100 });
  await cli.runOn(short, ...command, '--pager', 'less');
  const refused = cli.terminal({ isTerminal: true });
  await cli.runOn(refused, ...command, '--no-pager');
  expect([short.pages, refused.pages]).toEqual([[], []]);
});

test('JSON is coloured on a terminal, and is the same JSON', async () => {
  const terminal = cli.terminal({ isTerminal: true, rows: 1_000 });
  await cli.runOn(terminal, 'workflow', 'describe', '-w', 'rich', '-o', 'json');
  expect(terminal.outText).toContain('\u001b[34m"workflowId"\u001b[39m: \u001b[32m"rich"\u001b[39m');
  const plain = terminal.outText.replaceAll(/\u001b\[\d+m/g, ''); // eslint-disable-line no-control-regex
  expect(JSON.parse(plain)).toEqual(await cli.json('workflow', 'describe', '-w', 'rich'));
});

test('following a history ends with Ctrl-C, with whole JSON and exit code 130', async () => {
  await start('followed');
  const terminal = cli.terminal();
  const running = cli.runOn(terminal, 'workflow', 'show', '-w', 'followed', '--follow', '-o', 'json');
  const lines = cli.terminal();
  const live = cli.runOn(lines, 'workflow', 'show', '-w', 'followed', '--follow');
  await eventually(() => lines.outText).toContain('WorkflowTaskScheduled');
  terminal.interrupt();
  lines.interrupt();
  expect((await live).code).toBe(130);
  const { code, out, err } = await running;
  expect({ code, err }).toEqual({ code: 130, err: '' });
  expectMessage(history.History, JSON.parse(out));
});

test('the JSON of older tools is rewritten as the API writes it', async () => {
  await start('old');
  const shown = await cli.text('workflow', 'show', '-w', 'old', '-o', 'json');
  const old = shown.replaceAll(/EVENT_TYPE_(\w+)/g, (_, name: string) =>
    name.toLowerCase().replace(/(^|_)(\w)/g, (__, ___, letter: string) => letter.toUpperCase()),
  );
  expect(old).toContain('"WorkflowExecutionStarted"');
  const [source, target] = [join(cli.folder, 'old.json'), join(cli.folder, 'new.json')];
  writeFileSync(source, old);
  await cli.text('workflow', 'fix-history-json', '--source', source, '--target', target);
  expect(JSON.parse(readFileSync(target, 'utf8'))).toEqual(JSON.parse(shown));
  expect(JSON.parse(await cli.text('workflow', 'fix-history-json', '-s', source))).toEqual(JSON.parse(shown));
  writeFileSync(source, '{"no":"history"}');
  expect(await cli.failure('workflow', 'fix-history-json', '-s', source)).toMatchObject({ code: 1 });
});
