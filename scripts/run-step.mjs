/** Runs the named, timed steps of which the project's scripts are made. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The root folder of the repository. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs a Node program as a child and resolves to its exit code. The arguments begin with the script; output goes
 * straight through.
 */
export function runNode(args, { cwd = ROOT, env = process.env } = {}) {
  const child = spawn(process.execPath, args, { cwd, env, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal === null ? 0 : 1)));
  });
}

/** Runs a step, says how long it took, and resolves to whether it succeeded. */
export async function runStep(title, run) {
  console.log(`\n== ${title}`);
  const startedAt = performance.now();
  const succeeded = (await run()) === 0;
  console.log(`== ${title}: ${succeeded ? 'ok' : 'FAILED'} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
  return succeeded;
}
