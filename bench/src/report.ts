/** One measurement. Server figures are absent where the server's process is not on this machine. */
export interface Row {
  readonly name: string;
  readonly server: string;
  readonly sdk: string;
  readonly concurrency: number;
  readonly throughputPerS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the whole process, where server, worker and client share one. */
  readonly serverCpuUsPerOp: number | null;
  /** Of the worker's process, where it has its own. */
  readonly workerCpuUsPerOp: number | null;
  /** Of the process that drives the load, where that is not the server's. */
  readonly clientCpuUsPerOp: number | null;
  readonly serverRssMb: number | null;
  readonly workerRssMb: number | null;
  /** How long a restart took until the server answered; only for `idle`, and only for a server that we can restart. */
  readonly restartMs?: number;
}

const columns = [
  ['name', 16],
  ['server', 16],
  ['sdk', 9],
  ['concurrency', 12],
  ['throughputPerS', 15],
  ['p50Ms', 9],
  ['p99Ms', 9],
  ['serverCpuUsPerOp', 17],
  ['workerCpuUsPerOp', 17],
  ['clientCpuUsPerOp', 17],
  ['serverRssMb', 12],
  ['workerRssMb', 12],
  ['restartMs', 10],
] as const;

/** The heading of the table. */
export function formatHeading(): string {
  return columns.map(([name, width]) => pad(name, width)).join('');
}

/** A row as a line of the table. */
export function formatRow(row: Row): string {
  return columns.map(([name, width]) => pad(format(row[name]), width)).join('');
}

function pad(text: string, width: number): string {
  return text.padEnd(width);
}

function format(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'string') return value;
  return value >= 100 ? value.toFixed(0) : String(Number(value.toFixed(2)));
}
