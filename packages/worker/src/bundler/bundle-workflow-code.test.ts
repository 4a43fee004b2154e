import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bundleWorkflowCode } from './bundle-workflow-code.js';

const folder = mkdtempSync(join(tmpdir(), 'perdure-bundles-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(name: string, code: string): string {
  const path = join(folder, name);
  writeFileSync(path, code);
  return path;
}

/** What a run gets of a bundle. */
async function loaded(options: Parameters<typeof bundleWorkflowCode>[0]) {
  const { code } = await bundleWorkflowCode(options);
  const exported: { load?: () => { workflows: object; interceptorModules: object[] } } = {};

  (new Function('exports', code) as (exports: object) => void)(exported);
  const { workflows, interceptorModules } = exported.load?.() ?? { workflows: {}, interceptorModules: [] };
  return { code, workflows, interceptorModules };
}

test('modules are evaluated in the order of the options, and every export is made once', async () => {
  const first = written(
    'first.ts',
    'const order: string[] = ((globalThis as any).bundled = ["first"]); export const interceptors = order;',
  );
  const workflowsPath = written(
    'workflows.ts',
    '(globalThis as any).bundled.push("workflows"); export async function one() {}',
  );
  const { code, workflows, interceptorModules } = await loaded({ workflowsPath, workflowInterceptorModules: [first] });
  expect(Object.keys(workflows)).toEqual(['one']);
  expect(interceptorModules).toMatchObject([{ interceptors: ['first', 'workflows'] }]);
  expect(code).not.toContain('__toCommonJS');
});

test('a CommonJS module has the exports that it says it has, and no default', async () => {
  const several = await loaded({
    workflowsPath: written('several.cjs', 'exports.one = async () => 1; exports.two = 2;'),
  });
  expect(Object.keys(several.workflows)).toEqual(['one', 'two']);
  const single = await loaded({ workflowsPath: written('single.cjs', 'module.exports = async function one() {};') });
  expect(single.workflows).toBeTypeOf('function');
  expect(single.workflows).not.toHaveProperty('default');
});
