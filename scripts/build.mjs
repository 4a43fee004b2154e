/** Builds every package: emits the protocol codecs if they are stale, then compiles what changed. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** In the order of their dependencies; the compiler follows project references anyway. */
const PROJECTS = ['packages/protocol', 'packages/engine', 'packages/server', 'interop', 'bench'];

step('protocol codecs', ['packages/protocol/scripts/generate.mjs']);
for (const project of PROJECTS.filter((each) => existsSync(`${root}/${each}/tsconfig.json`))) {
  step(project, [compiler, '-b', project]);
}

function step(name, args) {
  const startedAt = performance.now();
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`build: ${name} failed`);
    process.exit(status ?? 1);
  }
  console.log(`build: ${name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
}
