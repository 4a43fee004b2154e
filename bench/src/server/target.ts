import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ENDS_WITH_PARENT } from '../ends-with-parent.js';
import { findListeningProcess } from './listening-process.js';

/** A server that is measured. */
export interface Target {
  readonly name: string;
  readonly address: string;
  /** The server's process, where it can be looked at. */
  pid(): number | undefined;
  /** Ends the server and starts it on the same file; resolves to the time from starting it to its being ready. */
  readonly restart?: () => Promise<number>;
  close(): Promise<void>;
}

/** Somebody else's server at an address. It is only looked at when it is on this machine. */
export function remoteTarget(address: string): Target {
  const [host = '', port = ''] = address.split(':');
  const isLocal = ['127.0.0.1', 'localhost', '::1', '[::1]'].includes(host);
  const pid = isLocal ? findListeningProcess(Number(port)) : undefined;
  return { name: address, address, pid: () => pid, close: async () => undefined };
}

/** Our server as the command starts it, in a process of its own, on a SQLite file in a fresh folder. `readyMs` is how long it took to be ready. */
export async function startOwnTarget(): Promise<Target & { readonly readyMs: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'perdure-bench-'));
  const port = await freePort();
  const args = [
    fileURLToPath(import.meta.resolve('@perdure/cli/bin/perdure.js')),
    ...['server', 'start-dev', '--headless'],
    ...['--port', String(port)],
    ...['--db-filename', join(folder, 'bench.sqlite')],
  ];
  let current = await startServerProcess(args);
  return {
    name: 'perdure',
    address: `127.0.0.1:${port}`,
    readyMs: current.readyMs,
    pid: () => current.child.pid,
    restart: async () => {
      await end(current.child);
      current = await startServerProcess(args);
      return current.readyMs;
    },
    close: async () => {
      await end(current.child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startServerProcess(args: readonly string[]): Promise<{ child: ChildProcess; readyMs: number }> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...ENDS_WITH_PARENT, ...args], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.includes('Server:')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code} before it was ready`)));
  });
  return { child, readyMs: performance.now() - startedAt };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
