/** Builds every package: emits the protocol codecs if they are stale, then compiles what changed. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** In the order of their dependencies, so that each line below says how long that project took by itself. */
const PROJECTS = [
  'packages/protocol',
  'packages/common',
  'packages/engine',
  'packages/server',
  'packages/replay',
  'packages/workflow',
  'packages/client',
  'packages/activity',
  'packages/nexus',
  'packages/worker',
  'packages/testing',
  'packages/cli',
  'samples/food-delivery',
  'samples/nexus-payments',
  'interop',
  'bench',
];

/** What is made of a package once it is compiled: a name, and the script with its arguments. */
const BUNDLES = {
  'packages/engine': ['libraries of the engine', 'scripts/inline-libraries.mjs', 'packages/engine'],
  'packages/server': ['libraries of the server', 'scripts/inline-libraries.mjs', 'packages/server'],
  'packages/worker': ['workflow runtime', 'packages/worker/scripts/bundle-runtime.mjs'],
  'packages/cli': ['command', 'packages/cli/scripts/bundle.mjs'],
};

const failed = [
  ...step('protocol codecs', ['packages/protocol/scripts/generate.mjs']),
  ...PROJECTS.flatMap((project) => {
    const [name, ...script] = BUNDLES[project] ?? [];
    return [...step(project, [compiler, '-b', project]), ...(name === undefined ? [] : step(name, script))];
  }),
];
if (failed.length > 0) {
  console.error(`build: failed in ${failed.join(', ')}`);
  process.exitCode = 1;
}

/** Runs one step; returns its name if it failed. */
function step(name, args) {
  const startedAt = performance.now();
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  console.log(
    `build: ${name} ${status === 0 ? 'done' : 'FAILED'} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`,
  );
  return status === 0 ? [] : [name];
}
