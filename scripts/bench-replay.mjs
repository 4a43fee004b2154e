/** `npm run bench:replay`: measures how fast histories are replayed, ours beside the official SDK. `-- --help` says how. */
import { spawnSync } from 'node:child_process';
import { ensureDependencies } from './dependencies.mjs';
import { ROOT } from './run-step.mjs';

const print = console.log;
// Standard output belongs to the rows alone: what is said before them goes to standard error.
console.log = console.error;
ensureDependencies(ROOT);
const { status } = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: ROOT, stdio: ['ignore', 2, 2] });
if (status !== 0) process.exit(1);
console.log = print;
await import('../bench/dist/replay/run.js');
