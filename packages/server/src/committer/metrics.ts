/** What one durable commit carried and how long its oldest transition waited. */
export interface CommitSample {
  readonly groups: number;
  readonly transitions: number;
  readonly sizeBytes: number;
  /** From the first transition of the commit being enqueued until it was durable. */
  readonly latencyMs: number;
}

/** Totals since the committer was created, and what is under way. */
export interface CommitterMetrics {
  readonly commits: number;
  readonly groups: number;
  readonly transitions: number;
  readonly sizeBytes: number;
  readonly failedTransitions: number;
  readonly totalLatencyMs: number;
  readonly commitsInFlight: number;
  readonly queuedTransitions: number;
}

/** Adds up commits. */
export class MetricsCounter {
  #commits = 0;
  #groups = 0;
  #transitions = 0;
  #sizeBytes = 0;
  #failedTransitions = 0;
  #totalLatencyMs = 0;

  succeeded(sample: CommitSample): void {
    this.#commits++;
    this.#groups += sample.groups;
    this.#transitions += sample.transitions;
    this.#sizeBytes += sample.sizeBytes;
    this.#totalLatencyMs += sample.latencyMs;
  }

  failed(transitions: number): void {
    this.#failedTransitions += transitions;
  }

  totals(): Omit<CommitterMetrics, 'commitsInFlight' | 'queuedTransitions'> {
    return {
      commits: this.#commits,
      groups: this.#groups,
      transitions: this.#transitions,
      sizeBytes: this.#sizeBytes,
      failedTransitions: this.#failedTransitions,
      totalLatencyMs: this.#totalLatencyMs,
    };
  }
}
