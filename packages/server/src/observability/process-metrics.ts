import { monitorEventLoopDelay, PerformanceObserver, type IntervalHistogram } from 'node:perf_hooks';
import type { Sample } from './metric-families.js';
import type { RenderedFamily } from './text-format.js';

const MICROSECONDS_PER_SECOND = 1e6;
const NANOSECONDS_PER_SECOND = 1e9;
const MS_PER_SECOND = 1000;
/** How often the event loop is looked at. */
const RESOLUTION_MS = 10;
const QUANTILES = [0.5, 0.9, 0.99];

/**
 * CPU, memory, event loop and garbage collection of this process, under the names that client libraries of Prometheus use
 * (https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics), so that dashboards for them work.
 */
export class ProcessMetrics {
  private readonly startedAtSeconds = Date.now() / MS_PER_SECOND - process.uptime();
  private readonly eventLoopDelay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private readonly observer: PerformanceObserver;
  private pauses = 0;
  private pausedSeconds = 0;

  constructor() {
    this.eventLoopDelay.enable();
    this.observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        this.pauses += 1;
        this.pausedSeconds += duration / MS_PER_SECOND;
      }
    });
    this.observer.observe({ entryTypes: ['gc'] });
  }

  /** Everything as it is now. The delays of the event loop are those since they were last read. */
  read(): RenderedFamily[] {
    const { user, system } = process.cpuUsage();
    const memory = process.memoryUsage();
    const families = [
      counter('process_cpu_user_seconds_total', 'CPU time spent in user code.', user / MICROSECONDS_PER_SECOND),
      counter('process_cpu_system_seconds_total', 'CPU time spent in the system.', system / MICROSECONDS_PER_SECOND),
      counter('process_cpu_seconds_total', 'CPU time spent.', (user + system) / MICROSECONDS_PER_SECOND),
      gauge('process_start_time_seconds', 'When the process started.', this.startedAtSeconds),
      gauge('process_resident_memory_bytes', 'Resident memory.', memory.rss),
      gauge('nodejs_heap_size_total_bytes', 'Heap that is allocated.', memory.heapTotal),
      gauge('nodejs_heap_size_used_bytes', 'Heap that is in use.', memory.heapUsed),
      gauge('nodejs_external_memory_bytes', 'Memory of objects outside of the heap.', memory.external),
      this.readEventLoop(),
      this.readCollections(),
    ];
    this.eventLoopDelay.reset();
    return families;
  }

  private readEventLoop(): RenderedFamily {
    const samples = QUANTILES.map((quantile) => ({
      labels: { quantile },
      value: this.eventLoopDelay.percentile(quantile * 100) / NANOSECONDS_PER_SECOND,
    }));
    return family('nodejs_eventloop_delay_seconds', 'How late timers are, since the last scrape.', 'gauge', samples);
  }

  private readCollections(): RenderedFamily {
    const name = 'nodejs_gc_duration_seconds';
    return family(name, 'Pauses of garbage collection.', 'summary', [
      { metricName: `${name}_sum`, labels: {}, value: this.pausedSeconds },
      { metricName: `${name}_count`, labels: {}, value: this.pauses },
    ]);
  }

  /** Looks at the process no more. */
  stop(): void {
    this.eventLoopDelay.disable();
    this.observer.disconnect();
  }
}

function family(name: string, help: string, type: RenderedFamily['type'], samples: Sample[]): RenderedFamily {
  return { name, help, type, samples };
}

const counter = (name: string, help: string, value: number): RenderedFamily =>
  family(name, help, 'counter', [{ labels: {}, value }]);

const gauge = (name: string, help: string, value: number): RenderedFamily =>
  family(name, help, 'gauge', [{ labels: {}, value }]);
