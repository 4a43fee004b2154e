/** Child processes that say when they are ready and end when they are told to. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ENDS_WITH_PARENT, ROOT } from './run-step.mjs';

/** How long a child may take to end in good order before it is killed. */
const STOP_TIMEOUT_MS = 10_000;

/**
 * Starts `node args...` and resolves when it prints a line that contains `readyLine`. Every other line it prints appears with its
 * name in front. Rejects if it ends before that. It ends with this process, even if that is killed.
 */
export async function startChild(name, args, readyLine) {
  const stdio = ['ignore', 'pipe', 'pipe', 'ipc'];
  const child = spawn(process.execPath, [...ENDS_WITH_PARENT, ...args], { cwd: ROOT, stdio });
  const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`)));
  const ready = new Promise((resolve) => forward(child.stdout, name, process.stdout, readyLine, resolve));
  forward(child.stderr, name, process.stderr, readyLine, () => {});
  const early = await Promise.race([ready, exited]);
  if (early !== undefined) throw new Error(`the ${name} ended before it was ready (${early})`);
  return { exited, stop: () => stop(child, exited) };
}

function forward(stream, name, to, readyLine, onReady) {
  createInterface({ input: stream }).on('line', (line) => {
    to.write(`${name}: ${line.trimStart()}\n`);
    if (line.includes(readyLine)) onReady();
  });
}

async function stop(child, exited) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
}
