/** Latencies of one measurement, kept one by one: exact percentiles for a few hundred thousand operations. */
export class Latencies {
  private readonly values: number[] = [];

  /** How many were added. */
  get count(): number {
    return this.values.length;
  }

  add(latencyMs: number): void {
    this.values.push(latencyMs);
  }

  /** The smallest latency that `percent` of all do not exceed; 0 if there are none. */
  percentile(percent: number): number {
    if (this.values.length === 0) return 0;
    const sorted = Float64Array.from(this.values).sort();
    const index = Math.ceil((percent / 100) * sorted.length) - 1;
    return sorted[Math.max(0, index)] ?? 0;
  }
}
