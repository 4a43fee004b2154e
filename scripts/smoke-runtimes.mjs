/**
 * `npm run smoke:runtimes`: packs the SDK, installs it into an empty folder as an application would, says how large that is, and
 * runs packages/testing/smoke on this Node, the newest Node, Bun and Deno. The runtimes come from the npm registry.
 * Ends with 1 if a check fails or the SDK is too large. `--keep` leaves the folder.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDependencies } from './dependencies.mjs';
import { ROOT } from './run-step.mjs';

const SDK = ['client', 'worker', 'workflow', 'activity', 'common', 'testing'];
/** What the packages above are made of. */
const WITH_THEM = ['protocol', 'replay', 'engine', 'server', 'nexus'];
const MAX_SIZE_MB = 30;
const LARGEST = 10;
const TIMEOUT_MS = 300_000;
const { platform, arch } = process;

ensureDependencies(ROOT);
run('building', process.execPath, ['scripts/build.mjs'], ROOT);
const folder = mkdtempSync(join(tmpdir(), 'perdure-runtimes-'));
try {
  const packages = pack();
  const isSmall = measure(install(join(folder, 'sdk'), packages));
  // For runtimes that have no SQLite of their own, as the message of the server says.
  install(join(folder, 'sdk'), ['@photostructure/sqlite']);
  const results = runtimes().map(smoke);
  table(results);
  process.exitCode = isSmall && results.every(({ problems }) => problems.length === 0) ? 0 : 1;
} finally {
  if (process.argv.includes('--keep')) console.log(`kept: ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
}

/** Packs what would be published; answers the files. */
function pack() {
  const names = [...SDK, ...WITH_THEM];
  const workspaces = names.flatMap((name) => ['--workspace', `packages/${name}`]);
  run('packing', 'npm', ['pack', ...workspaces, '--pack-destination', folder, '--loglevel=error'], ROOT);
  const files = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
  if (files.length !== names.length) throw new Error(`npm packed ${files.join(', ')}, and not ${names.join(', ')}`);
  return files.map((file) => join(folder, file));
}

/** Installs packages into an empty folder; install scripts do not run. */
function install(into, packages) {
  cpSync(join(ROOT, 'packages/testing/smoke'), into, { recursive: true });
  const manifest = join(into, 'package.json');
  if (!existsSync(manifest)) writeFileSync(manifest, JSON.stringify({ private: true, type: 'module' }));
  const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  run(
    `installing ${packages.length === 1 ? packages[0] : `${packages.length} packages`}`,
    'npm',
    ['install', ...options, ...packages],
    into,
  );
  return join(into, 'node_modules');
}

/** Says how large the SDK is, with everything it depends on. */
function measure(modules) {
  const names = readdirSync(modules).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
  );
  const sizes = names
    .filter((name) => !name.startsWith('.'))
    .map((name) => ({ name, bytes: sizeOf(join(modules, name)) }))
    .sort((left, right) => right.bytes - left.bytes);
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  console.log(`\nThe SDK (${SDK.join(', ')}) and what it depends on: ${megabytes(total)}, ${names.length} packages`);
  for (const { name, bytes } of sizes.slice(0, LARGEST)) console.log(`  ${megabytes(bytes).padStart(8)}  ${name}`);
  if (total <= MAX_SIZE_MB * 1e6) return true;
  console.error(`That is more than ${MAX_SIZE_MB} MB.`);
  return false;
}

function sizeOf(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** The packages that carry each runtime's program for this machine, and how it is called. */
function runtimes() {
  const os = { linux: 'linux', darwin: 'darwin', win32: 'windows' }[platform];
  const exe = platform === 'win32' ? '.exe' : '';
  const deno = { linux: `linux-${arch}-glibc`, darwin: `darwin-${arch}`, win32: `win32-${arch}` }[platform];
  const bun = `@oven/bun-${os}-${arch === 'arm64' ? 'aarch64' : arch}`;
  const node = `node-${platform === 'win32' ? 'win' : platform}-${arch}`;
  return [
    { name: 'Node, this one', program: process.execPath },
    { name: 'Node, newest', carrier: node, program: join('bin', `node${exe}`) },
    { name: 'Bun', carrier: bun, program: join('bin', `bun${exe}`) },
    { name: 'Deno', carrier: `@deno/${deno}`, program: `deno${exe}`, args: ['run', '-A', '--node-modules-dir=manual'] },
  ];
}

/** Runs the smoke test on a runtime. */
function smoke({ name, carrier, program, args = [] }) {
  const sdk = join(folder, 'sdk');
  let executable = program;
  if (carrier !== undefined) {
    const into = join(folder, 'runtimes', carrier);
    executable = join(install(into, [`${carrier}@latest`]), carrier, program);
  }
  const { stdout, stderr, error, status } = spawnSync(executable, [...args, 'smoke.mjs'], {
    cwd: sdk,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  const lines = (stdout ?? '')
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  const version = lines.find((line) => line.version !== undefined)?.version ?? '?';
  const checks = lines.filter(({ check }) => check !== undefined);
  const problems = checks.filter((line) => line.error !== undefined).map((line) => `${line.check}: ${line.error}`);
  if (status !== 0 && problems.length === 0) problems.push(`ended with ${error?.message ?? status}: ${stderr}`);
  return { name, version, passed: checks.length - problems.length, checks: checks.length, problems };
}

function table(results) {
  console.log(
    '\n| runtime        | version  | outcome            |\n| -------------- | -------- | ------------------ |',
  );
  for (const { name, version, passed, checks, problems } of results) {
    const outcome = problems.length === 0 ? `all ${checks} checks pass` : `FAILED, ${passed} of ${checks} pass`;
    console.log(`| ${name.padEnd(14)} | ${version.padEnd(8)} | ${outcome.padEnd(18)} |`);
  }
  for (const { name, problems } of results) for (const problem of problems) console.error(`\n${name}: ${problem}`);
}

function run(title, program, args, cwd) {
  console.log(`${title} ...`);
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    shell: platform === 'win32',
  });
  if (status !== 0) throw new Error(`${title} failed: ${error?.message ?? ''}\n${stdout}\n${stderr}`);
}
