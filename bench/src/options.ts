import { parseArgs } from 'node:util';

/** What can be measured, in the order in which it is. */
export const workloadNames = [
  'start',
  'one-activity',
  'five-activities',
  'ten-activities',
  'timers',
  'signal',
  'query',
  'history',
  'idle',
] as const;
/** The name of a workload. */
export type WorkloadName = (typeof workloadNames)[number];

/**
 * The clients and workers that put the load on: the official SDK, ours, ours in one process with the server, or scripted calls that
 * cost little.
 */
export const sdkNames = ['official', 'perdure', 'embedded', 'inline', 'raw'] as const;

/** Whether the server is in the process that puts the load on. */
export function isInside(sdk: SdkName): boolean {
  return sdk === 'embedded' || sdk === 'inline';
}
/** The name of a kind of client and worker. */
export type SdkName = (typeof sdkNames)[number];

/** What a run measures. */
export interface BenchOptions {
  /** Another server to measure next to ours. */
  readonly address: string | undefined;
  readonly skipOwn: boolean;
  readonly workloads: readonly WorkloadName[];
  readonly sdks: readonly SdkName[];
  readonly concurrencies: readonly number[];
  readonly durationMs: number;
  /** Open executions of the workload `idle`. */
  readonly idleExecutions: number;
  /** For Node in the processes that put the load on. */
  readonly nodeFlags: readonly string[];
  readonly json: boolean;
}

/** The text for `--help`. */
export const USAGE = `npm run bench -- [options]
  --only NAME          one of ${workloadNames.join(', ')}; may be repeated (default: all)
  --sdk NAME           ${sdkNames.join(', ')}; may be repeated (default: all)
  --address HOST:PORT  measure this Temporal-compatible server too
  --skip-own           measure only the server at --address
  --concurrency LIST   operations in flight, comma-separated (default 1,16,64)
  --duration SECONDS   how long each measurement lasts (default 3)
  --executions N       open executions of the workload idle (default 100000)
  --node-flag=FLAG     start the processes of client and worker (and of a server inside them) with this flag of node;
                       may be repeated
  --json               one JSON object a row`;

/** Reads the command line; throws an Error whose message says what is wrong with it. */
export function readOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      sdk: { type: 'string', multiple: true },
      address: { type: 'string' },
      'skip-own': { type: 'boolean', default: false },
      concurrency: { type: 'string', default: '1,16,64' },
      duration: { type: 'string', default: '3' },
      executions: { type: 'string', default: '100000' },
      'node-flag': { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    address: values.address,
    skipOwn: values['skip-own'],
    workloads: values.only?.map((name) => oneOf('--only', name, workloadNames)) ?? workloadNames,
    sdks: values.sdk?.map((name) => oneOf('--sdk', name, sdkNames)) ?? sdkNames,
    concurrencies: values.concurrency.split(',').map((text) => positive('--concurrency', text)),
    durationMs: positive('--duration', values.duration) * 1000,
    idleExecutions: positive('--executions', values.executions),
    nodeFlags: values['node-flag'],
    json: values.json,
  };
}

function oneOf<T extends string>(flag: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((name) => name === text);
  if (choice === undefined) throw new Error(`${flag} ${text}: choose one of ${choices.join(', ')}`);
  return choice;
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${flag} ${text}: give a number above zero`);
  return value;
}
