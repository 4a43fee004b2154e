import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest';
import { Cli } from '../testing/cli.js';
import { eventually } from '../testing/eventually.js';
import { errorForm, type Form, type World } from '../testing/forms/form.js';
import { FORMS } from '../testing/forms/index.js';
import { shape, text, type Shape } from '../testing/forms/shape.js';
import { runProcess } from '../testing/process.js';
import { TESTED } from '../testing/tested-server.js';
import { startWorker, type RunningWorker } from '../testing/worker.js';
import { COMMANDS } from './index.js';

const QUEUE = 'forms';

let cli: Cli;
let worker: RunningWorker;
let world: World;
beforeAll(async () => {
  cli = await Cli.start();
  worker = await startWorker(cli.server.address, QUEUE, cli.namespace);
  world = { cli, queue: QUEUE, startOrder, startManual, startListedOrder };
}, 60_000);
afterAll(async () => {
  await worker.stop();
  await cli.stop();
});

async function startOrder(id: string): Promise<void> {
  await cli.text('workflow', 'start', '-t', QUEUE, '--type', 'order', '-w', id, '-i', '"pizza"');
  await eventually(() => cli.text('workflow', 'show', '-w', id)).toContain('WorkflowTaskCompleted');
}

async function startManual(id: string): Promise<void> {
  await cli.text('workflow', 'start', '-t', QUEUE, '--type', 'manual', '-w', id);
  const pending = /"activityId": "1"[^]*"state": "Started"/;
  await eventually(() => cli.text('workflow', 'describe', '-w', id)).toMatch(pending);
}

async function startListedOrder(id: string): Promise<void> {
  await startOrder(id);
  await eventually(() => cli.text('workflow', 'list', '-q', `WorkflowId = '${id}'`)).toContain(id);
  if (!TESTED.lacks('batches')) await eventually(() => cli.text('batch', 'list')).not.toContain('Running');
}

/** Runs a command on something new, until it has something to show. */
async function run(path: string, form: Form, format: string): Promise<{ readonly id: string; readonly out: string }> {
  const named = `x${randomUUID().slice(0, 8)}`;
  const id = (await form.prepare?.(named, world)) ?? named;
  const words = [...path.split(' '), ...form.words(id, world), '-o', format];
  if (form.isTriedAgain === true) {
    let last = await cli.run(...words);
    await eventually(async () => (last.code === 0 ? last : (last = await cli.run(...words)))).toMatchObject({
      code: 0,
    });
    return { id, out: last.out };
  }
  if (form.items === undefined || format === 'none') return { id, out: await cli.text(...words) };
  let out = '';
  await eventually(async () => (out = await cli.text(...words))).toMatch(/\{/);
  return { id, out };
}

function check(checked: Shape | undefined, value: unknown): void {
  if (checked === undefined) throw new Error('a form says what its document or its items are');
  checked(value, 'the output');
}

const linesOf = (out: string): readonly unknown[] => {
  expect(out).toMatch(/\n$/);
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
};

/** Asks for what the server does not have; the answer is an error in JSON, and what to tell people in one line. */
async function checkRefusal(path: string, form: Form): Promise<void> {
  const { refusedWith = 'UNIMPLEMENTED' } = form;
  const isPrepared = refusedWith !== 'UNIMPLEMENTED';
  const named = `x${randomUUID().slice(0, 8)}`;
  const id = isPrepared ? ((await form.prepare?.(named, world)) ?? named) : named;
  const { code, out, err } = await cli.run(...path.split(' '), ...form.words(id, world), '-o', 'json');
  check(errorForm(refusedWith, 1), JSON.parse(out));
  expect(code).toBe(1);
  expect(err).toMatch(isPrepared ? /^perdure: [^\n]+\n$/ : /^perdure: the server at \S+ does not have this: [^\n]+\n$/);
}

/** Whether the server does it at all: one that PERDURE_TEST_ADDRESS names is asked. */
async function skipWhatIsMissing(context: TestContext, path: string, form: Form): Promise<void> {
  if (form.needs === undefined || TESTED.address === undefined) return;
  const isAlone = form.needs === 'other clusters' && TESTED.secondCluster === undefined;
  if (isAlone) context.skip('PERDURE_TEST_SECOND_CLUSTER names no other cluster');
  const { out } = await cli.run(...path.split(' '), ...form.words(`x${randomUUID().slice(0, 8)}`, world), '-o', 'json');
  if (/"code": "(UNIMPLEMENTED|PERMISSION_DENIED)"/.test(out)) context.skip(`the server does not have ${form.needs}`);
}

const ROWS = Object.entries(FORMS).flatMap(([path, forms]) =>
  (Array.isArray(forms) ? (forms as readonly Form[]) : [forms as Form]).map(
    (form, index) => [index === 0 ? path : `${path} (${index + 1})`, path, form] as const,
  ),
);

test.for(ROWS)(
  '%s writes what its form says: as JSON, in lines, or nothing',
  { timeout: 60_000 },
  async ([, path, form], context) => {
    await skipWhatIsMissing(context, path, form);
    if (form.needs !== undefined && TESTED.lacks(form.needs)) return checkRefusal(path, form);
    const json = await run(path, form, 'json');
    const whole = JSON.parse(json.out) as unknown;
    if (form.items === undefined) check(form.document, whole);
    else for (const item of whole as readonly unknown[]) check(form.items, item);
    if (form.like !== undefined) expect(whole).toMatchObject(form.like(json.id));
    await form.afterwards?.(json.id, world);

    const lines = linesOf((await run(path, form, 'jsonl')).out);
    const line = form.lines ?? form.items;
    if (line === undefined) expect(lines).toHaveLength(1);
    for (const item of lines) check(line ?? form.document, item);

    expect((await run(path, form, 'none')).out).toBe('');
  },
);

test('server start-dev writes one document once it can be asked, and nothing more until it stops', async () => {
  const form = shape({
    server: text,
    ui: text,
    http: text,
    metrics: text,
    database: (value) => expect(value).toBeNull(),
  });
  for (const format of ['json', 'jsonl']) {
    const { code, out, err } = await runProcess(
      ['server', 'start-dev', '--port', '0', '--ui-port', '0', '-o', format],
      {
        onOutput: (_, { interrupt }) => interrupt(),
      },
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    check(form, JSON.parse(out));
  }
});

test('every command has its form', () => {
  const paths = COMMANDS.map(({ path }) => path);
  expect([...Object.keys(FORMS), 'server start-dev'].sort()).toEqual(paths.sort());
});
