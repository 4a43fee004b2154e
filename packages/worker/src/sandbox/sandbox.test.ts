import { inspect } from 'node:util';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { ActivationCompletion } from '@perdure/common/activation';
import { bundleWorkflowCode } from '../bundler/index.js';
import { activationOf, begin } from '../testing/sandbox-runs.js';
import { DeadlockError, Sandbox, type SandboxedWorkflow } from './index.js';

// The sandbox resolves what is shared itself: the user's file may be anywhere.
const folder = mkdtempSync(join(tmpdir(), 'perdure-sandbox-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const workflowsPath = join(folder, 'workflows.ts');
writeFileSync(
  workflowsPath,
  `
import { sleep } from '@perdure/workflow';
let inModule = 0;
const global = globalThis as Record<string, unknown>;
export async function counts() {
  inModule += 1;
  const inGlobal = ((global['count'] as number) ?? 0) + 1;
  global['count'] = inGlobal;
  await sleep(10);
  return [inModule, inGlobal, global['count']];
}
export async function changesBuiltIns() {
  const outcomes: string[] = [];
  try { (Array.prototype as unknown as Record<string, unknown>)['last'] = 1; outcomes.push('changed'); }
  catch { outcomes.push('refused'); }
  class Own { toString() { return 'own'; } }
  const own: Record<string, unknown> = {};
  own['toString'] = () => 'assigned';
  const error = new Error('x');
  error.name = 'Named';
  return [...outcomes, String(new Own()), String(own), error.name];
}
export async function outside() {
  return [typeof process, Date.now(), new Date().getTime(), Math.random() === Math.random()];
}
export async function rejects() { void Promise.reject(new Error('nobody waits')); await sleep(10); }
export async function endless() { for (;;) await Promise.resolve(); }
`,
);
const bundle = await bundleWorkflowCode({ workflowsPath });
const newSandbox = (): Sandbox => new Sandbox({ bundle, deadlockTimeoutMs: 500 });
const text = new TextDecoder();

async function concluded(workflow: SandboxedWorkflow): Promise<ActivationCompletion> {
  await new Promise((resolve) => setImmediate(resolve));
  return workflow.conclude();
}

async function resultOf(workflow: SandboxedWorkflow): Promise<unknown> {
  const completion = await concluded(workflow);
  if (completion.status === 'failed') throw new Error(completion.failure.message ?? '');
  const last = completion.commands.at(-1);
  if (last?.kind !== 'completeWorkflowExecution') throw new Error(`ended with ${last?.kind}`);
  return JSON.parse(text.decode(last.result?.data ?? undefined));
}

test('runs in one sandbox share neither module state nor globals, even when they take turns', async () => {
  const sandbox = newSandbox();
  const runs = [begin(sandbox, 'counts'), begin(sandbox, 'counts')];
  sandbox.activateAll(runs);
  for (const { workflow } of runs) await concluded(workflow);
  for (const { workflow } of runs) workflow.activate(activationOf([{ kind: 'fireTimer', seq: 1 }]));
  for (const { workflow } of runs) expect(await resultOf(workflow)).toEqual([1, 1, 1]);
});

test('built-in objects cannot be changed, and ordinary code does not notice', async () => {
  const sandbox = newSandbox();
  const run = begin(sandbox, 'changesBuiltIns');
  sandbox.activateAll([run]);
  expect(await resultOf(run.workflow)).toEqual(['refused', 'own', 'assigned', 'Named']);
});

test('Node is out of reach, and the clock is the run’s', async () => {
  const sandbox = newSandbox();
  const run = begin(sandbox, 'outside');
  sandbox.activateAll([run]);
  expect(await resultOf(run.workflow)).toEqual(['undefined', 1000, 1000, false]);
});

test('a rejection that nobody waits for fails the task of the run that made it, and no other', async () => {
  const sandbox = newSandbox();
  const [rejects, counts] = [begin(sandbox, 'rejects'), begin(sandbox, 'counts')];
  sandbox.activateAll([rejects, counts]);
  expect(await concluded(rejects.workflow)).toMatchObject({ status: 'failed', failure: { message: 'nobody waits' } });
  expect(await concluded(counts.workflow)).toMatchObject({ status: 'successful' });
});

test('code that does not come to rest is stopped and named, and its sandbox is given up', () => {
  const sandbox = newSandbox();
  const [counts, endless] = [begin(sandbox, 'counts'), begin(sandbox, 'endless')];
  const error = thrownBy(() => sandbox.activateAll([counts, endless]));
  expect(error).toBeInstanceOf(DeadlockError);
  expect([counts, endless].map(({ workflow }) => (error as DeadlockError).isOf(workflow))).toEqual([false, true]);
  expect(inspect(error)).not.toContain('Sandbox {');
  expect(sandbox.isUseless).toBe(true);
});

function thrownBy(fn: () => unknown): unknown {
  try {
    return fn();
  } catch (error) {
    return error;
  }
}
