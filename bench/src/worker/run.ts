import { parseArgs } from 'node:util';
import { compareWorkers, type WorkerRow, type WorkerSdk } from './index.js';

// What it costs to run a worker of ours, and of the official SDK. Usage: see below.

const USAGE = `npm run bench:worker -- [options]
  --sdk NAME           official or perdure; may be repeated (default: both)
  --cached N           runs in the cache while memory is measured (default 1000)
  --concurrency N      workflows in flight while throughput is measured (default 64)
  --duration SECONDS   how long that lasts, after as long a warm-up (default 15)
  --json               one JSON object a row`;

const columns = [
  ['sdk', 10],
  ['bundleMs', 10],
  ['bundleAgainMs', 15],
  ['readyMs', 9],
  ['firstResultMs', 15],
  ['cachedWorkflowKb', 18],
  ['cachedWorkflowHeapKb', 22],
  ['rssMb', 8],
  ['workflowsPerS', 15],
  ['workflowTasksPerCpuS', 20],
] as const satisfies readonly (readonly [keyof WorkerRow, number])[];

const { values } = parseArgs({
  options: {
    sdk: { type: 'string', multiple: true, default: ['official', 'perdure'] },
    cached: { type: 'string', default: '1000' },
    concurrency: { type: 'string', default: '64' },
    duration: { type: 'string', default: '15' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(USAGE);
else await run();

async function run(): Promise<void> {
  if (!values.json) console.log(columns.map(([name, width]) => name.padEnd(width)).join(''));
  const options = {
    sdks: values.sdk.map(sdkNamed),
    cachedWorkflows: positive('--cached', values.cached),
    concurrency: positive('--concurrency', values.concurrency),
    durationMs: positive('--duration', values.duration) * 1000,
  };
  await compareWorkers(options, (row) => {
    if (values.json) console.log(JSON.stringify(row));
    else console.log(columns.map(([name, width]) => String(row[name]).padEnd(width)).join(''));
  });
}

function sdkNamed(name: string): WorkerSdk {
  if (name === 'official' || name === 'perdure') return name;
  return usageError(`--sdk ${name}: choose official or perdure`);
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  return value > 0 ? value : usageError(`${flag} ${text}: give a number above zero`);
}

function usageError(message: string): never {
  console.error(`bench:worker: ${message}`);
  process.exit(1);
}
