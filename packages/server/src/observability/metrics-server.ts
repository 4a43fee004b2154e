import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { ListenError } from '../listen-error.js';
import type { Metrics } from './metrics.js';

/** How the endpoint for scrapers and probes is built. */
export interface MetricsServerOptions {
  readonly metrics: Metrics;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Whether `/healthz` says yes. */
  readonly isHealthy: () => boolean;
}

/** Serves `/metrics` and `/healthz` over HTTP on a port of its own. */
export class MetricsServer {
  private readonly server: Server;

  constructor(private readonly options: MetricsServerOptions) {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  /** `host:port`, once started. */
  get address(): string {
    const address = this.server.address() as AddressInfo | null;
    if (address === null) throw new Error('the metrics server is not listening yet: call start() first');
    return `${address.address}:${address.port}`;
  }

  /** Opens the port. @throws Error with one clear sentence when it cannot be opened. */
  async start(): Promise<void> {
    const { host = '127.0.0.1', port } = this.options;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (error: NodeJS.ErrnoException) => {
        reject(new ListenError({ doing: 'serve metrics on', host, port }, error));
      });
      this.server.listen({ host, port }, resolve);
    });
  }

  /** Closes the port. */
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?', 1)[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, 'only GET is served here\n');
    if (path === '/healthz') {
      const isHealthy = this.options.isHealthy();
      return send(response, isHealthy ? 200 : 503, isHealthy ? 'ok\n' : 'not serving\n');
    }
    if (path !== '/metrics') return send(response, 404, 'try /metrics or /healthz\n');
    try {
      send(response, 200, await this.options.metrics.render(), this.options.metrics.contentType);
    } catch (error) {
      send(response, 500, `a metric cannot be read: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
}

function send(response: ServerResponse, status: number, body: string, contentType = 'text/plain'): void {
  response.writeHead(status, { 'content-type': contentType });
  response.end(body);
}
