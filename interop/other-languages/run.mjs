/**
 * Runs the official Go and Python SDKs (the latter is the Rust core) against a server.
 *
 *   npm run interop:languages [-- --address HOST:PORT] [--only go|python]
 *
 * Without an address it starts a server of ours in memory. The programs are built on first use, which needs Go or
 * Python and access to their package registries; what is missing is said, and makes the run fail.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const folder = fileURLToPath(new URL('.', import.meta.url));
const { values: options } = parseArgs({ options: { address: { type: 'string' }, only: { type: 'string' } } });

const languages = { go: prepareGo, python: preparePython };
const wanted = Object.entries(languages).filter(([name]) => options.only === undefined || options.only === name);
const programs = wanted.map(([name, prepare]) => ({ name, ...prepare() }));
const { address, stop } = options.address === undefined ? await startServer() : { address: options.address, stop() {} };

let failures = 0;
for (const program of programs) {
  if (program.missing !== undefined) {
    console.error(`${program.name}: not run. ${program.missing}`);
    failures++;
    continue;
  }
  const [command, ...args] = program.command;
  // The server may run in this process, so the program must not block it.
  failures += (await run(command, [...args, address])) === 0 ? 0 : 1;
}
await stop();
process.exitCode = failures === 0 ? 0 : 1;

function prepareGo() {
  if (!isThere('go', ['version']))
    return { missing: 'Install Go 1.25 or newer from https://go.dev/dl/ and run this again.' };
  const binary = join(folder, 'go', 'order');
  const built = spawnSync('go', ['build', '-o', binary, '.'], { cwd: join(folder, 'go'), stdio: 'inherit' });
  return built.status === 0 ? { command: [binary] } : { missing: 'The Go program does not build (see above).' };
}

function preparePython() {
  const python = ['python3', 'python'].find((name) =>
    isThere(name, ['-c', 'import sys, venv; assert sys.version_info >= (3, 10)']),
  );
  if (python === undefined) return { missing: 'Install Python 3.10 or newer with its venv module and run this again.' };
  const environment = join(folder, 'python', '.venv');
  const inside = join(environment, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  if (!existsSync(inside)) spawnSync(python, ['-m', 'venv', environment], { stdio: 'inherit' });
  const requirements = join(folder, 'python', 'requirements.txt');
  const installed = spawnSync(inside, ['-m', 'pip', 'install', '--quiet', '-r', requirements], { stdio: 'inherit' });
  if (installed.status !== 0) return { missing: 'pip cannot install temporalio (see above).' };
  return { command: [inside, join(folder, 'python', 'order.py')] };
}

function isThere(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

async function run(command, args) {
  return new Promise((resolve) => spawn(command, args, { stdio: 'inherit' }).on('close', resolve));
}

async function startServer() {
  const { startServer: start } = await import('@perdure/server');
  const server = await start({
    grpc: { host: '127.0.0.1', port: 0 },
    store: { kind: 'memory' },
    namespaces: ['default'],
  });
  return { address: server.address, stop: () => server.stop() };
}
