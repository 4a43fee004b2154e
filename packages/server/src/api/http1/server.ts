import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { ListenError } from '../../listen-error.js';
import type { TlsOptions } from '../http2/index.js';

/** Answers a request, now or later; false, doing nothing, if it is none of its own. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

/** How the port for HTTP is opened. */
export interface HttpServerOptions {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** 0 takes any free port. */
  readonly port: number;
  readonly tls?: TlsOptions | undefined;
  /** Asked one after the other. */
  readonly handlers: readonly HttpHandler[];
}

/** Serves HTTP/1.1 on a port of its own. */
export class HttpServer {
  private readonly server: Server;

  constructor(private readonly options: HttpServerOptions) {
    const { tls } = options;
    const answer = (request: IncomingMessage, response: ServerResponse): void => this.answer(request, response);
    this.server =
      tls === undefined
        ? createServer(answer)
        : createTlsServer(
            {
              cert: tls.certificate,
              key: tls.privateKey,
              ca: tls.clientAuthorities as string | Buffer | (string | Buffer)[] | undefined,
              requestCert: tls.clientAuthorities !== undefined,
              rejectUnauthorized: tls.clientAuthorities !== undefined,
              minVersion: 'TLSv1.2',
            },
            answer,
          );
  }

  /** `host:port`, once started. */
  get address(): string {
    const address = this.server.address() as AddressInfo | null;
    if (address === null) throw new Error('the HTTP server is not listening yet: call start() first');
    return `${address.address}:${address.port}`;
  }

  /** `http://host:port` of the same, or https. */
  get url(): string {
    const { address, port, family } = this.server.address() as AddressInfo;
    const scheme = this.options.tls === undefined ? 'http' : 'https';
    return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /** Opens the port. @throws Error with one clear sentence when it cannot be opened. */
  async start(): Promise<void> {
    const { host = '127.0.0.1', port } = this.options;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (error: NodeJS.ErrnoException) => {
        reject(new ListenError({ doing: 'serve HTTP on', host, port }, error));
      });
      this.server.listen({ host, port }, resolve);
    });
  }

  /** Takes no more requests, and ends those that are not answered in time. */
  async stop({ graceMs }: { readonly graceMs: number }): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeIdleConnections();
    const timer = setTimeout(() => this.server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(timer);
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    if (this.options.handlers.some((handler) => handler(request, response))) return;
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ code: 5, message: 'Not Found' }));
  }
}
