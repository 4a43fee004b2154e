import { IllegalStateError, type Logger, type MetricMeter } from '@perdure/common';
import { DefaultLogger, isFlushableLogger } from './logger.js';
import { MeteredWorkerMetrics } from './metered-worker-metrics.js';
import type { MetricsBuffer } from './metrics-buffer.js';
import { openMetrics, type RuntimeMetrics } from './runtime-metrics.js';
import type { RuntimeOptions } from './runtime-options.js';
import { noWorkerMetrics, type WorkerMetrics } from './worker-metrics.js';

const DEFAULT_SHUTDOWN_SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGUSR2'];

/** What the workers and connections of a process share: the logger, metrics, and signals that shut down. One at a time. */
export class Runtime {
  /** The runtime there is, if there is one. */
  static _instance?: Runtime;
  /** What the next runtime is made with, unless it is installed with something else. */
  static defaultOptions: RuntimeOptions = {};

  readonly logger: Logger;
  /** Makes metrics of applications; they go where the SDK's own go. */
  readonly metricMeter: MetricMeter;
  readonly metricsBuffer: MetricsBuffer | undefined;
  private readonly metrics: RuntimeMetrics;
  private readonly shutdownCallbacks = new Set<() => void>();
  private readonly holders = new Set<object>();
  private isListening = false;

  protected constructor(readonly options: RuntimeOptions) {
    this.logger = options.logger ?? new DefaultLogger();
    this.metrics = openMetrics(options.telemetryOptions ?? {}, this.logger);
    this.metricMeter = this.metrics.meter;
    this.metricsBuffer = this.metrics.buffer;
  }

  /** Makes the runtime. Throws an `IllegalStateError` if there is one: do this before anything that uses it. */
  static install(options: RuntimeOptions): Runtime {
    if (this._instance !== undefined) {
      throw new IllegalStateError(
        'There is a Runtime already. Call Runtime.install() before connections and workers are made, and once only',
      );
    }
    this.defaultOptions = options;
    return (this._instance = new this(options));
  }

  /** The runtime; made with the options of the last one, or the default ones, if there is none. */
  static instance(): Runtime {
    return (this._instance ??= new this(this.defaultOptions));
  }

  /** The port that metrics are served on for Prometheus, once they are. */
  get prometheusPort(): number | undefined {
    return this.metrics.endpoint?.port;
  }

  /** Makes the SDK's own metrics; `undefined` where they would go nowhere. */
  get ownMetricMeter(): MetricMeter | undefined {
    return this.metrics.isOn ? this.metrics.ownMeter : undefined;
  }

  /** Passes on what the logger keeps back. */
  flushLogs(): void {
    if (isFlushableLogger(this.logger)) this.logger.flush();
  }

  /** The metrics of a worker; ones that cost nothing where metrics are off. */
  workerMetrics(worker: { readonly namespace: string; readonly taskQueue: string }): WorkerMetrics {
    return this.metrics.isOn ? new MeteredWorkerMetrics(this.metrics.ownMeter, worker) : noWorkerMetrics;
  }

  /** Keeps the runtime for a worker or connection. The function that it gives lets it go; with the last one it shuts down. */
  hold(): () => Promise<void> {
    const holder = {};
    this.holders.add(holder);
    return async () => {
      if (this.holders.delete(holder) && this.holders.size === 0) await this.shutdown();
    };
  }

  /** Calls back when the process gets one of the signals. */
  registerShutdownSignalCallback(callback: () => void): void {
    this.shutdownCallbacks.add(callback);
    if (!this.isListening) this.listen(true);
  }

  /** Does not call back any more. */
  deregisterShutdownSignalCallback(callback: () => void): void {
    this.shutdownCallbacks.delete(callback);
    if (this.shutdownCallbacks.size === 0 && this.isListening) this.listen(false);
  }

  /** Ends the runtime: metrics are not served any more, signals do nothing, and another runtime may be installed. */
  async shutdown(): Promise<void> {
    this.metrics.endpoint?.close();
    this.shutdownCallbacks.clear();
    if (this.isListening) this.listen(false);
    await this.metrics.close?.().catch((error: unknown) => {
      this.logger.warn('The last metrics could not be sent to the collector', { error });
    });
    this.flushLogs();
    const type = this.constructor as typeof Runtime;
    if (type._instance === this) delete type._instance;
  }

  private listen(on: boolean): void {
    this.isListening = on;
    for (const signal of this.options.shutdownSignals ?? DEFAULT_SHUTDOWN_SIGNALS) {
      if (on) process.on(signal, this.onSignal);
      else process.off(signal, this.onSignal);
    }
  }

  private readonly onSignal = (): void => {
    // The next signal does what it does without us: two of them stop a worker that does not want to.
    this.listen(false);
    for (const callback of this.shutdownCallbacks) queueMicrotask(callback);
    this.shutdownCallbacks.clear();
  };
}
