import { fileURLToPath } from 'node:url';

// How long it takes to bundle the workflows. Usage: forked with the SDK's name; sends the milliseconds of the first time and the best of
// those after it.

const sdk = process.argv[2];
const quiet = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, log() {} };
const workflowsPath = fileURLToPath(new URL('./workflows.js', import.meta.url));
const bundle = sdk === 'official' ? await official() : await ours();
const times: number[] = [];
for (let round = 0; round < 6; round++) {
  const startedAt = performance.now();
  await bundle();
  times.push(performance.now() - startedAt);
}
process.send?.({ firstMs: times[0], laterMs: Math.min(...times.slice(1)) });

async function official(): Promise<() => Promise<unknown>> {
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const { withOfficialScope: webpackConfigHook } = await import('./official-scope.js');
  return () => bundleWorkflowCode({ workflowsPath, logger: quiet, webpackConfigHook });
}

async function ours(): Promise<() => Promise<unknown>> {
  const { bundleWorkflowCode } = await import('@perdure/worker');
  return () => bundleWorkflowCode({ workflowsPath, logger: quiet });
}
