import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const scene = fileURLToPath(new URL('../../dist/crash/cut-off-scene.js', import.meta.url));

test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
  'server and workers of either SDK end when the process that started them is ended by %s',
  async (signal) => {
    const folder = await mkdtemp(join(tmpdir(), 'perdure-cut-off-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
    const parent = spawn(process.execPath, [scene, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [line = '[]'] =
      (await createInterface(parent.stdout)[Symbol.asyncIterator]().next()).value?.split('\n') ?? [];
    const pids = JSON.parse(line) as number[];
    expect(pids).toHaveLength(4);
    expect(pids.filter(isAlive)).toEqual(pids);
    parent.kill(signal);
    await expect.poll(() => pids.filter(isAlive), { timeout: 20_000 }).toEqual([]);
  },
  60_000,
);

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
