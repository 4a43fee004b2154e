import type { MetricMeter, MetricTags } from '@perdure/common';
import { GrpcServiceError, grpcStatusName, type RpcCallOptions, type RpcTransport } from '@perdure/client/transport';

/** Calls that the server keeps open until it has something to say. */
const LONG_CALLS: ReadonlySet<string> = new Set([
  'PollWorkflowTaskQueue',
  'PollActivityTaskQueue',
  'PollNexusTaskQueue',
  'PollWorkflowExecutionUpdate',
]);

interface CallMetrics {
  started(): void;
  ended(latencyMs: number): void;
  failed(statusName: string): void;
}

/** Counts calls and how long they take. */
export class MeteredTransport implements RpcTransport {
  private readonly metrics = new Map<string, CallMetrics>();

  constructor(
    private readonly inner: RpcTransport,
    private readonly meter: MetricMeter,
    private readonly tags: MetricTags,
    /** Whether failures are told apart by their status. */
    private readonly hasStatusTags: boolean,
  ) {}

  async call(path: string, request: Uint8Array, options: RpcCallOptions): Promise<Uint8Array> {
    const metrics = this.metricsOf(path);
    const startedAtMs = performance.now();
    metrics.started();
    try {
      return await this.inner.call(path, request, options);
    } catch (error) {
      metrics.failed(error instanceof GrpcServiceError ? grpcStatusName(error.code) : 'UNKNOWN');
      throw error;
    } finally {
      metrics.ended(performance.now() - startedAtMs);
    }
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  private metricsOf(path: string): CallMetrics {
    const found = this.metrics.get(path);
    if (found !== undefined) return found;
    const operation = path.slice(path.lastIndexOf('/') + 1);
    const name = LONG_CALLS.has(operation) ? 'long_request' : 'request';
    const tags = { ...this.tags, operation };
    const requests = this.meter.createCounter(name).withTags(tags);
    const failures = this.meter.createCounter(`${name}_failure`).withTags(tags);
    const latency = this.meter.createHistogram(`${name}_latency`, 'int', 'ms').withTags(tags);
    const made: CallMetrics = {
      started: () => requests.add(1),
      ended: (latencyMs) => latency.record(Math.round(latencyMs)),
      failed: (statusName) => failures.add(1, this.hasStatusTags ? { status_code: statusName } : undefined),
    };
    this.metrics.set(path, made);
    return made;
  }
}
