import { readFileSync } from 'node:fs';
import { availableParallelism, freemem, totalmem } from 'node:os';

/** How much of the machine a worker may use, from 0 to 1 each. */
export interface ResourceBasedTunerOptions {
  targetMemoryUsage: number;
  targetCpuUsage: number;
}

/** How much of the machine is in use, from 0 to 1 each. */
export interface ResourceUsage {
  readonly memory: number;
  readonly cpu: number;
}

const SAMPLE_INTERVAL_MS = 100;

/** Says whether there is room for more work. Share one between workers of a process that share its resources. */
export class ResourceBasedController {
  private usage: ResourceUsage = { memory: 0, cpu: 0 };
  private sampledAtMs = -Infinity;

  private constructor(
    private readonly options: ResourceBasedTunerOptions,
    private readonly sample: () => ResourceUsage,
    private readonly nowMs: () => number,
  ) {
    for (const [name, target] of Object.entries(options)) {
      if (!(target > 0 && target <= 1)) throw new RangeError(`${name} must be above 0 and at most 1, not ${target}`);
    }
  }

  /** A controller with these targets. Throws a RangeError for targets beyond 0 and 1. */
  static create(
    options: ResourceBasedTunerOptions,
    sample: () => ResourceUsage = processUsage(),
    nowMs: () => number = () => performance.now(),
  ): ResourceBasedController {
    return new ResourceBasedController(options, sample, nowMs);
  }

  /** Whether memory and processor are both used less than they may be. */
  get hasRoom(): boolean {
    const nowMs = this.nowMs();
    if (nowMs - this.sampledAtMs >= SAMPLE_INTERVAL_MS) {
      this.sampledAtMs = nowMs;
      this.usage = this.sample();
    }
    return this.usage.memory < this.options.targetMemoryUsage && this.usage.cpu < this.options.targetCpuUsage;
  }
}

const MICROS_PER_MS = 1_000;
/** How much of a new sample goes into the running average of processor use: it jumps about. */
const SHARE_OF_NEW_SAMPLE = 0.3;

/** Samples memory of the machine, or of the container, and processor time of this process. */
function processUsage(): () => ResourceUsage {
  let lastCpu = process.cpuUsage();
  let lastMs = performance.now();
  let average = 0;
  const limitBytes = containerLimitBytes();
  return () => {
    const nowMs = performance.now();
    const spent = process.cpuUsage(lastCpu);
    const cpu = (spent.user + spent.system) / MICROS_PER_MS / Math.max(1, nowMs - lastMs) / availableParallelism();
    lastCpu = process.cpuUsage();
    lastMs = nowMs;
    average += (Math.min(1, cpu) - average) * SHARE_OF_NEW_SAMPLE;
    const memory =
      limitBytes === undefined
        ? 1 - freemem() / totalmem()
        : process.memoryUsage.rss() / Math.min(limitBytes, totalmem());
    return { memory, cpu: average };
  };
}

/** What a container may use, by control groups of version 2; `undefined` where nothing limits it. */
function containerLimitBytes(): number | undefined {
  try {
    const limit = Number(readFileSync('/sys/fs/cgroup/memory.max', 'utf8'));
    return Number.isFinite(limit) ? limit : undefined;
  } catch {
    return undefined;
  }
}
