import { createServer, type Server } from 'node:http';
import { splitProtoHostPort } from '@perdure/common/internal/conversion';
import type { PrometheusMetricMeter } from './prometheus-metric-meter.js';

const DEFAULT_PORT = 9464;

/** Answers `GET /metrics`. Does not keep the process alive. */
export class PrometheusEndpoint {
  private readonly server: Server;

  /** Starts to listen. Throws a TypeError for an address that is none; `onError` hears when it cannot be listened on. */
  constructor(bindAddress: string, meter: PrometheusMetricMeter, onError: (error: Error) => void) {
    const address = splitProtoHostPort(bindAddress);
    if (address === undefined || address.scheme !== undefined) {
      throw new TypeError(
        `metrics.prometheus.bindAddress must be 'host:port', such as '0.0.0.0:9464'; got '${bindAddress}'`,
      );
    }
    this.server = createServer((request, response) => {
      const isMetrics = request.method === 'GET' && request.url?.split('?')[0] === '/metrics';
      response.writeHead(isMetrics ? 200 : 404, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
      response.end(isMetrics ? meter.expose() : 'Metrics are at /metrics\n');
    });
    this.server.on('error', onError);
    this.server.listen(address.port ?? DEFAULT_PORT, address.hostname);
    this.server.unref();
  }

  /** The port that it listens on, once it does. */
  get port(): number | undefined {
    const address = this.server.address();
    return typeof address === 'object' ? address?.port : undefined;
  }

  /** Stops listening and ends all connections. */
  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
