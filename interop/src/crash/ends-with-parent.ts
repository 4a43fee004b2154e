import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const preload = fileURLToPath(new URL('../../../scripts/ends-with-parent.cjs', import.meta.url));

/** Kills a process once its own standard input ends, which it shares with nobody but the parent of both. */
const guard = `
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
  process.on('uncaughtException', () => process.exit());
  process.stdin.resume().on('end', () => process.kill(Number(process.argv[1]), 'SIGKILL'));
`;

/** Starts a program that ends when this process does, whatever ends this process. Its output can be read. */
export function endsWithParent(command: string, args: readonly string[]): ChildProcess {
  if (command === process.execPath)
    return spawn(command, ['--require', preload, ...args], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  // What is not Node knows nothing of its parent.
  const child = spawn(command, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  if (child.pid === undefined) return child;
  const guardian = spawn(process.execPath, ['-e', guard, String(child.pid)], { stdio: ['pipe', 'ignore', 'ignore'] });
  child.once('exit', () => guardian.kill('SIGKILL'));
  return child;
}
