import type { Counter } from './metric-families.js';
import type { Metrics } from './metrics.js';

/** Names a gRPC status number. */
export type StatusNamer = (grpcStatus: number) => string;

/** Numbers of the calls of one method. */
interface MethodMetrics {
  started(): void;
  finished(grpcStatus: number, durationMs: number, requestBytes: number, responseBytes: number): void;
}

/**
 * Counts, times and weighs calls by method. Everything is bound when a method is registered, so that a call costs a
 * dozen additions.
 */
export function createRpcMetrics(metrics: Metrics, nameOfStatus: StatusNamer) {
  const labels = ['service', 'method'] as const;
  const calls = metrics.counter({
    name: 'rpc_calls_total',
    help: 'Calls by method and status.',
    labels: ['service', 'method', 'status'],
  });
  const durations = metrics.histogram({
    name: 'rpc_duration_seconds',
    help: 'Time to answer, long polls included.',
    labels,
  });
  const inFlight = metrics.gauge({ name: 'rpc_in_flight', help: 'Calls being answered, held polls included.', labels });
  const requestBytes = metrics.counter({ name: 'rpc_request_bytes_total', help: 'Request messages.', labels });
  const responseBytes = metrics.counter({ name: 'rpc_response_bytes_total', help: 'Response messages.', labels });
  return {
    forMethod(service: string, method: string): MethodMetrics {
      const names = { service, method };
      const callsByStatus: (Counter | undefined)[] = [];
      const duration = durations.with(names);
      const open = inFlight.with(names);
      const received = requestBytes.with(names);
      const sent = responseBytes.with(names);
      return {
        started: () => open.add(1),
        finished(grpcStatus, durationMs, requestSize, responseSize) {
          open.add(-1);
          (callsByStatus[grpcStatus] ??= calls.with({ ...names, status: nameOfStatus(grpcStatus) })).add();
          duration.observe(durationMs / 1_000);
          received.add(requestSize);
          sent.add(responseSize);
        },
      };
    },
  };
}
