import { InFlightMap } from '@perdure/protocol/in-flight';

/** What a cache needs to know of a run. */
export interface CachedRun {
  readonly runId: string;
  /** Roughly what it takes in memory. */
  readonly sizeBytes: number;
  /** A workflow task of it is under way: it must stay. */
  readonly isBusy: boolean;
  dispose(): void;
}

/** Runs that are kept in memory between their workflow tasks, so that each needs only what is new. The longest unused go first. */
export class RunCache<Run extends CachedRun> {
  private readonly runs = new InFlightMap<string, Run>();
  private totalBytes = 0;
  private readonly sizes = new Map<string, number>();

  constructor(
    private readonly limits: { readonly maxRuns: number; readonly maxBytes: number },
    private readonly onEvicted: (run: Run) => void = () => undefined,
  ) {}

  get size(): number {
    return this.runs.size;
  }

  get sizeBytes(): number {
    return this.totalBytes;
  }

  /** The run, which is now the last one to go. */
  take(runId: string): Run | undefined {
    return this.runs.moveToEnd(runId);
  }

  /** Keeps a run, or notes that it has grown, and lets others go if there is no room. */
  put(run: Run): void {
    this.runs.set(run.runId, run);
    this.runs.moveToEnd(run.runId);
    this.note(run);
    if (this.fits()) return;
    for (const other of this.runs.values()) {
      if (this.fits()) return;
      if (!other.isBusy && (other !== run || this.limits.maxRuns === 0)) this.evict(other.runId);
    }
  }

  /** Lets a run go. */
  evict(runId: string): void {
    const run = this.runs.take(runId);
    if (run === undefined) return;
    this.totalBytes -= this.sizes.get(runId) ?? 0;
    this.sizes.delete(runId);
    run.dispose();
    this.onEvicted(run);
  }

  /** Lets all runs go that meet the condition. */
  evictWhere(meets: (run: Run) => boolean): void {
    for (const run of [...this.runs.values()]) if (meets(run)) this.evict(run.runId);
  }

  private fits(): boolean {
    return this.runs.size <= this.limits.maxRuns && this.totalBytes <= this.limits.maxBytes;
  }

  private note(run: Run): void {
    const { runId, sizeBytes } = run;
    this.totalBytes += sizeBytes - (this.sizes.get(runId) ?? 0);
    this.sizes.set(runId, sizeBytes);
  }
}
