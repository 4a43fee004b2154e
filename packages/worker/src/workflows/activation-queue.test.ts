import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import type { ActivationCompletion, WorkflowActivation } from '@perdure/common/activation';
import { bundleWorkflowCode } from '../bundler/index.js';
import { DeadlockError, isWatched, Sandbox, type SandboxedWorkflow } from '../sandbox/index.js';
import { activationOf, begin } from '../testing/sandbox-runs.js';
import { type ActivationListener, ActivationQueue } from './activation-queue.js';

const folder = mkdtempSync(join(tmpdir(), 'perdure-activations-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const workflowsPath = join(folder, 'workflows.ts');
writeFileSync(
  workflowsPath,
  `
import { sleep } from '@perdure/workflow';
export async function sleeps() { for (;;) await sleep(10); }
export async function loops() { for (;;) await Promise.resolve(); }
function spins() {
  for (;;);
}
export async function calls() { await sleep(0).catch(() => undefined); spins(); }
export async function rejects() { void Promise.reject(new Error('nobody waits')); await sleep(10); }
export async function breaks() { await sleep(10); throw new TypeError('broken'); }
`,
);
const bundle = await bundleWorkflowCode({ workflowsPath });

function prepare(workflowType: string) {
  const sandbox = new Sandbox({ bundle, deadlockTimeoutMs: 5_000 });
  let entries = 0;
  const queue = new ActivationQueue(() => {
    entries += 1;
    return sandbox;
  });
  const { workflow, activation } = begin(sandbox, workflowType);
  return { queue, workflow, start: { ...activation, isReplaying: true }, entries: () => entries };
}

function activate(
  queue: ActivationQueue,
  workflow: SandboxedWorkflow,
  activation: WorkflowActivation,
  next?: ActivationListener['next'],
): Promise<ActivationCompletion | undefined> {
  return new Promise((onRest, onFailed) => {
    queue.activate(workflow, activation, next === undefined ? { onRest, onFailed } : { next, onRest, onFailed });
  });
}

function timerFired(seq: number, isReplaying: boolean): WorkflowActivation {
  return { ...activationOf([{ kind: 'fireTimer', seq }]), isReplaying };
}

test('a replay goes on in one go, up to what is lived for the first time', async () => {
  const { queue, workflow, start, entries } = prepare('sleeps');
  const seen: unknown[] = [];
  const last = await activate(queue, workflow, start, ({ commands }) => {
    seen.push(...commands);
    return timerFired(seen.length, seen.length < 5);
  });
  expect(seen).toMatchObject([1, 2, 3, 4, 5].map((seq) => ({ kind: 'startTimer', seq })));
  expect(last).toMatchObject({ status: 'successful', commands: [{ kind: 'startTimer', seq: 6 }] });
  expect(entries()).toBe(1);
});

test('a replay that has come to its end has nothing left to tell', async () => {
  const { queue, workflow, start } = prepare('sleeps');
  expect(await activate(queue, workflow, start, () => undefined)).toBeUndefined();
});

test('a rejection that nobody waits for fails a replay that is over', async () => {
  const { queue, workflow, start } = prepare('rejects');
  const outcome = await activate(queue, workflow, start, () => undefined);
  expect(outcome).toMatchObject({ status: 'failed', failure: { message: 'nobody waits' } });
});

test('what is wrong with the history is the caller’s to hear', async () => {
  const { queue, workflow, start } = prepare('sleeps');
  const wrong = new Error('the history says otherwise');
  const activated = activate(queue, workflow, start, () => {
    throw wrong;
  });
  await expect(activated).rejects.toBe(wrong);
});

test('code that fails the task ends the replay', async () => {
  const { queue, workflow, start } = prepare('breaks');
  let steps = 0;
  const outcome = await activate(queue, workflow, start, () => {
    steps += 1;
    return timerFired(1, true);
  });
  expect(outcome).toMatchObject({ status: 'failed', failure: { message: 'broken' } });
  expect(steps).toBe(1);
});

test('without a step every activation is concluded by itself', async () => {
  const { queue, workflow, start } = prepare('sleeps');
  expect(await activate(queue, workflow, start)).toMatchObject({ commands: [{ kind: 'startTimer', seq: 1 }] });
  expect(await activate(queue, workflow, timerFired(1, true))).toMatchObject({ commands: [{ seq: 2 }] });
});

test('a workflow that does not come to rest is stopped; another of its sandbox is lost, those of other sandboxes go on', async () => {
  const [first, second] = [0, 1].map(() => new Sandbox({ bundle, deadlockTimeoutMs: 200 })) as [Sandbox, Sandbox];
  await vi.waitFor(() => expect(isWatched()).toBe(true));
  const runs = [begin(first, 'sleeps'), begin(first, 'loops'), begin(second, 'sleeps'), begin(second, 'loops')];
  const homes = new Map(runs.map(({ workflow }, index) => [workflow, index < 2 ? first : second]));
  const queue = new ActivationQueue((workflow) => homes.get(workflow) as Sandbox);
  const [lost, looping, other] = runs
    .slice(0, 3)
    .map(({ workflow, activation }) => activate(queue, workflow, activation));
  const outcomes = await Promise.allSettled([lost, looping, other]);
  expect(outcomes).toMatchObject([
    { status: 'rejected', reason: { name: 'SandboxLostError' } },
    { status: 'rejected', reason: { name: 'DeadlockError', message: expect.stringContaining('loops') as string } },
    { status: 'fulfilled', value: { commands: [{ kind: 'startTimer' }] } },
  ]);
  expect([first.isUseless, second.isUseless]).toEqual([true, false]);
  const { workflow, activation } = runs[3] as (typeof runs)[number];
  await expect(activate(queue, workflow, activation)).rejects.toThrow(DeadlockError);
});

test('a workflow that does not come to rest is told where it was stopped, in terms of its sources', async () => {
  await vi.waitFor(() => expect(isWatched()).toBe(true));
  const stuck = async (workflowType: string, ...jobs: WorkflowActivation[]): Promise<DeadlockError> => {
    const sandbox = new Sandbox({ bundle, deadlockTimeoutMs: 100 });
    const queue = new ActivationQueue(() => sandbox);
    const { workflow, activation } = begin(sandbox, workflowType);
    for (const job of [activation, ...jobs].slice(0, -1)) await activate(queue, workflow, job);
    const error: unknown = await activate(queue, workflow, jobs.at(-1) ?? activation).catch(
      (reason: unknown) => reason,
    );
    return error as DeadlockError;
  };
  const looping = await stuck('loops');
  expect(looping.message).toMatch(
    /did not come to rest within 100 ms: it was stopped at loops \(\S*workflows\.ts:4:\d+\)\. Look/,
  );
  const calling = await stuck('calls', timerFired(1, false));
  expect(calling.message).toMatch(/it was stopped at spins \(\S*workflows\.ts:6:\d+\)\./);
  const frames = calling.stack?.split('\n').slice(1);
  expect(frames).toEqual([
    expect.stringMatching(/^ {4}at spins \(\S*workflows\.ts:6:\d+\)$/),
    expect.stringMatching(/^ {4}at calls \(\S*workflows\.ts:8:\d+\)$/),
  ]);
});
