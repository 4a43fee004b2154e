import type * as PromClient from 'prom-client';
import type { Metric, Registry } from 'prom-client';
import { loadOptional } from './load-optional.js';
import {
  Counter,
  Family,
  Gauge,
  Histogram,
  type Sample,
  samplesOfHistogram,
  samplesOfNumber,
} from './metric-families.js';

/** What every metric says about itself. Names follow https://prometheus.io/docs/practices/naming/. */
export interface MetricOptions<Labels extends readonly string[] = readonly []> {
  /** Without the prefix `perdure_`; the unit last: `commit_duration_seconds`. */
  readonly name: string;
  readonly help: string;
  readonly labels?: Labels;
}

/** Options of a histogram. */
export interface HistogramOptions<Labels extends readonly string[]> extends MetricOptions<Labels> {
  /** Upper bounds of the buckets, rising. Default: latencies in seconds from 250 us to 60 s. */
  readonly bounds?: readonly number[];
}

const PREFIX = 'perdure_';
const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8';
const LATENCY_BOUNDS_SECONDS = [
  0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];

/**
 * The metrics of a server, rendered by prom-client, which is loaded when somebody wants to see them. Every part registers its own:
 *
 * ```ts
 * const commits = metrics.counter({ name: 'commits_total', help: 'Durable commits.' }).with({});
 * commits.add();
 * metrics.readGauge({ name: 'journal_bytes', help: 'Size of the journal.' }, () => journal.sizeBytes);
 * ```
 */
export class Metrics {
  private readonly families = new Map<string, Metric>();
  private registry: Promise<Registry> | undefined;

  /** Registers a counter; its name should end in `_total`. @throws Error when the name is taken. */
  counter<const Labels extends readonly string[] = readonly []>(
    options: MetricOptions<Labels>,
  ): Family<Labels, Counter> {
    const family = new Family<Labels, Counter>(() => new Counter());
    this.register(options, 'counter', () => collect(family, samplesOfNumber));
    return family;
  }

  /** Registers a gauge that its owner sets. @throws Error when the name is taken. */
  gauge<const Labels extends readonly string[] = readonly []>(options: MetricOptions<Labels>): Family<Labels, Gauge> {
    const family = new Family<Labels, Gauge>(() => new Gauge());
    this.register(options, 'gauge', () => collect(family, samplesOfNumber));
    return family;
  }

  /** Registers a gauge that is read when somebody scrapes. @throws Error when the name is taken. */
  readGauge(options: MetricOptions, read: () => number): void {
    this.register(options, 'gauge', () => [{ labels: {}, value: read() }]);
  }

  /** Registers a counter that is read when somebody scrapes; it must never fall. @throws Error when the name is taken. */
  readCounter(options: MetricOptions, read: () => number): void {
    this.register(options, 'counter', () => [{ labels: {}, value: read() }]);
  }

  /** Registers a histogram. @throws Error when the name is taken. */
  histogram<const Labels extends readonly string[] = readonly []>(
    options: HistogramOptions<Labels>,
  ): Family<Labels, Histogram> {
    const family = new Family<Labels, Histogram>(() => new Histogram(options.bounds ?? LATENCY_BOUNDS_SECONDS));
    const name = PREFIX + options.name;
    this.register(options, 'histogram', () =>
      collect(family, (labels, child) => samplesOfHistogram(name, labels, child)),
    );
    return family;
  }

  /**
   * Gets ready to be rendered, with CPU, memory, event loop and garbage collection of the process.
   *
   * @throws Error that says what to install when prom-client is not there
   */
  async collectProcessMetrics(): Promise<void> {
    const { collectDefaultMetrics } = await loadPromClient();
    collectDefaultMetrics({ register: await this.openRegistry() });
  }

  /** Everything, in Prometheus' text format. */
  async render(): Promise<string> {
    return (await this.openRegistry()).metrics();
  }

  /** The media type of `render`. */
  get contentType(): string {
    return TEXT_FORMAT;
  }

  private openRegistry(): Promise<Registry> {
    this.registry ??= loadPromClient().then(({ Registry: PromRegistry }) => {
      const registry = new PromRegistry();
      for (const metric of this.families.values()) registry.registerMetric(metric);
      return registry;
    });
    return this.registry;
  }

  private register(options: MetricOptions<readonly string[]>, type: string, samples: () => Sample[]): void {
    const name = PREFIX + options.name;
    if (this.families.has(name)) throw new Error(`Invariant violated: the metric ${name} is registered twice.`);
    const metric = {
      name,
      get: () => Promise.resolve({ name, help: options.help, type, aggregator: 'sum', values: samples() }),
      reset: () => undefined,
    };
    // prom-client renders whatever has a name and a `get`; its own classes hash label values at every increment.
    this.families.set(name, metric as unknown as Metric);
    void this.registry?.then((registry) => registry.registerMetric(metric as unknown as Metric));
  }
}

function collect<Labels extends readonly string[], Child>(
  family: Family<Labels, Child>,
  samplesOf: (labels: Readonly<Record<string, string>>, child: Child) => Sample[],
): Sample[] {
  return [...family.entries()].flatMap(([labels, child]) => samplesOf(labels, child));
}

type Prom = Pick<typeof PromClient, 'Registry' | 'collectDefaultMetrics'>;

/** Of a package in CommonJS, bundled or not, the default export is all there is to rely on; its types do not have it. */
async function loadPromClient(): Promise<Prom> {
  const loaded = await loadOptional('Serving metrics', 'prom-client', () => import('prom-client'));
  return (loaded as unknown as { readonly default: Prom }).default;
}
