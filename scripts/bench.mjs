/** `npm run bench`: measures our server, and any other next to it. `-- --help` says how. */
import { spawnSync } from 'node:child_process';
import { ensureDependencies } from './dependencies.mjs';
import { ROOT } from './run-step.mjs';

const print = console.log;
// Standard output belongs to the rows alone: what is said before them goes to standard error.
console.log = console.error;
ensureDependencies(ROOT);
const { status } = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: ROOT, stdio: ['ignore', 2, 2] });
if (status !== 0) process.exit(1);

const { readOptions, runBench, USAGE } = await import('../bench/dist/index.js');
try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') print(USAGE);
  else await runBench(options, print);
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
}
