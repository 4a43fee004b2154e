/**
 * `npm run test:crash`: kills the server and its workers while orders run, and checks what is left. Flags: `--kills N` (200),
 * `--seed N` (random; printed, so that a run can be repeated), `--orders N` in flight (16), `--sdk perdure|temporal` whose workers (ours), `--server 'COMMAND {port} {file}'`
 * to test another server the same way.
 */
import { randomInt } from 'node:crypto';
import { ensureDependencies } from './dependencies.mjs';
import { readFlags } from './flags.mjs';
import { ROOT, runNode } from './run-step.mjs';

const flags = readFlags(
  {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(randomInt(1_000_000_000)) },
    orders: { type: 'string', default: '16' },
    sdk: { type: 'string', default: 'perdure' },
    server: { type: 'string' },
  },
  "usage: npm run test:crash -- [--kills N] [--seed N] [--orders N] [--sdk perdure|temporal] [--server 'COMMAND {port} {file}']",
);

if (!['perdure', 'temporal'].includes(flags.sdk)) {
  console.error(`crash: --sdk is ${flags.sdk}: use perdure or temporal`);
  process.exit(2);
}
ensureDependencies(ROOT);
if ((await runNode(['scripts/build.mjs'])) !== 0) process.exit(1);

// The first signal stops what runs and clears up; the second one ends this process at once, and what it started ends by itself.
const cutOff = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => cutOff.abort(new Error(`cut off by ${signal}`)));

const { runCrashTest } = await import('../interop/dist/crash/index.js');
console.log(`crash: seed ${flags.seed}, ${flags.kills} kills, workers of ${flags.sdk}`);
const report = await runCrashTest({
  signal: cutOff.signal,
  kills: Number(flags.kills),
  sdk: flags.sdk,
  seed: Number(flags.seed),
  ordersInFlight: Number(flags.orders),
  settleTimeoutMs: 120_000,
  serverCommand: flags.server,
  say: (line) => console.log(`crash: ${line}`),
});
for (const problem of report.problems) console.error(`crash: ${problem}`);
console.log(
  `crash: ${report.orders} orders, ${report.serverKills} kills of the server, ${report.workerKills} of workers, ` +
    `${report.problems.length} problems (seed ${flags.seed})`,
);
process.exitCode = report.problems.length === 0 ? 0 : 1;
