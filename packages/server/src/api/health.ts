import { health, services } from '@perdure/protocol';

import type { AnyRpcMethod, RpcMethod, ServerStreamMethod } from './rpc.js';
import { ServiceError } from './service-error.js';

const ServingStatus = health.HealthCheckResponse_ServingStatus;
type ServingStatus = health.HealthCheckResponse_ServingStatus;

/** The name that stands for the server as a whole. */
const WHOLE_SERVER = '';

/** `grpc.health.v1.Health`: https://github.com/grpc/grpc/blob/master/doc/health-checking.md */
export class HealthService {
  private readonly statuses = new Map<string, ServingStatus>([[WHOLE_SERVER, ServingStatus.SERVING]]);
  private readonly watchers = new Set<() => void>();

  /** `serviceNames` are served from the start, as is the server as a whole. */
  constructor(serviceNames: Iterable<string> = []) {
    for (const name of serviceNames) this.statuses.set(name, ServingStatus.SERVING);
  }

  /** Says whether a service is served; `''` is the whole server. */
  setServing(service: string, isServing: boolean): void {
    this.statuses.set(service, isServing ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
    this.notify();
  }

  /** Everything is NOT_SERVING from now on. */
  shutDown(): void {
    for (const service of this.statuses.keys()) this.statuses.set(service, ServingStatus.NOT_SERVING);
    this.notify();
  }

  /** `Check` and `Watch`. */
  get methods(): readonly AnyRpcMethod[] {
    return [this.check, this.watch] as readonly AnyRpcMethod[];
  }

  /** Whether a path is one of this service's. */
  serves(path: string): boolean {
    return path === this.check.path || path === this.watch.path;
  }

  private readonly check: RpcMethod<health.HealthCheckRequest, health.IHealthCheckResponse> = {
    ...descriptionOf('Check'),
    handle: (request) => {
      const status = this.statuses.get(request.service);
      if (status !== undefined) return Promise.resolve({ status });
      const message = `service ${JSON.stringify(request.service)} is not known to the health check`;
      return Promise.reject(new ServiceError('NOT_FOUND', message));
    },
  };

  private readonly watch: ServerStreamMethod<health.HealthCheckRequest, health.IHealthCheckResponse> = {
    ...descriptionOf('Watch'),
    stream: (request, context, send) =>
      new Promise((resolve) => {
        let last: ServingStatus | undefined;
        const report = (): void => {
          const status = this.statuses.get(request.service) ?? ServingStatus.SERVICE_UNKNOWN;
          if (status === last) return;
          last = status;
          send({ status });
        };
        this.watchers.add(report);
        context.onCancelled(() => {
          this.watchers.delete(report);
          resolve();
        });
        report();
      }),
  };

  private notify(): void {
    for (const report of this.watchers) report();
  }
}

function descriptionOf(method: 'Check' | 'Watch') {
  const { path } = services.Health.methods[method];
  return { path, requestType: health.HealthCheckRequest, responseType: health.HealthCheckResponse };
}
