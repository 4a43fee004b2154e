import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a process has used so far. */
export interface ProcessUsage {
  readonly cpuUs: number;
  readonly rssMb: number;
}

// Linux counts CPU time in ticks of a hundredth of a second on every architecture that Node runs on.
const usPerTick = 10_000;

/** Reads what the process has used, of all its threads; undefined if there is no such process to look at. */
export function readProcessUsage(pid: number): ProcessUsage | undefined {
  try {
    return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
  } catch {
    return undefined;
  }
}

function fromProc(pid: number): ProcessUsage {
  // The second field is the command in parentheses, and may itself hold spaces and parentheses.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const rssKb = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  return { cpuUs: ticks * usPerTick, rssMb: rssKb / 1024 };
}

function fromPs(pid: number): ProcessUsage {
  const [rssKb = '0', time = '0'] = execFileSync('ps', ['-o', 'rss=,time=', '-p', String(pid)], { encoding: 'utf8' })
    .trim()
    .split(/\s+/);
  const seconds = time.split(/[:-]/).reduce((total, part) => total * 60 + Number(part), 0);
  return { cpuUs: seconds * 1e6, rssMb: Number(rssKb) / 1024 };
}
