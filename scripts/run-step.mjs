/** Runs the named, timed steps of which the project's scripts are made. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The root folder of the repository. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The arguments of Node, before the script, of a child that ends with its parent; its stdio needs "ipc". */
export const ENDS_WITH_PARENT = ['--require', fileURLToPath(new URL('ends-with-parent.cjs', import.meta.url))];

/**
 * Runs a Node program as a child and resolves to its exit code. The arguments begin with the script; output goes
 * straight through.
 */
export function runNode(args, { cwd = ROOT, env = process.env } = {}) {
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
  const child = spawn(process.execPath, [...ENDS_WITH_PARENT, ...args], { cwd, env, stdio });
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
