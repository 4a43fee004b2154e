import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';

import { ListenError } from '../../listen-error.js';
import { Connection, type ConnectionOwner } from './connection.js';
import { DEFAULT_HTTP2_LIMITS, type Http2Limits } from './limits.js';
import { FlushScheduler } from './output-queue.js';
import type { RequestHead } from './request-head.js';
import type { ServerStream, StreamListener } from './stream.js';

/** Certificates of a listening port, as PEM. */
export interface TlsOptions {
  readonly certificate: string | Buffer;
  readonly privateKey: string | Buffer;
  /** When given, clients must present a certificate that one of these authorities signed (mTLS). */
  readonly clientAuthorities?: string | Buffer | readonly (string | Buffer)[];
}

/** What the layer above an HTTP/2 server supplies. */
export interface Http2ServerOptions {
  readonly tls?: TlsOptions;
  readonly limits?: Partial<Http2Limits>;
  /** Serves a request whose head is complete. */
  readonly onRequest: (stream: ServerStream, head: RequestHead) => StreamListener;
  /** Told about connections that ended badly: protocol errors, failed handshakes, resets. */
  readonly onConnectionFailed?: (peer: string, reason: Error) => void;
  readonly onConnectionCount?: (connections: number) => void;
}

/** Accepts HTTP/2 connections, over TLS (ALPN h2) or with prior knowledge (h2c), and keeps count of them. */
export class Http2Server implements ConnectionOwner {
  readonly limits: Http2Limits;
  readonly scheduler = new FlushScheduler();
  private readonly listener: Server;
  private readonly connections = new Set<Connection>();
  private readonly livenessTimer: NodeJS.Timeout;
  private onAllClosed: (() => void) | undefined;
  private isDraining = false;

  constructor(private readonly options: Http2ServerOptions) {
    this.limits = { ...DEFAULT_HTTP2_LIMITS, ...options.limits };
    this.listener = options.tls === undefined ? this.createPlain() : this.createTls(options.tls);
    const { livenessCheckIntervalMs } = this.limits;
    this.livenessTimer = setInterval(() => this.checkLiveness(), livenessCheckIntervalMs).unref();
  }

  /** Open connections. */
  get connectionCount(): number {
    return this.connections.size;
  }

  /** Opens the port. @throws Error with one clear sentence when it cannot be opened. */
  async listen(host: string, port: number): Promise<AddressInfo> {
    await new Promise<void>((resolve, reject) => {
      const onError = (error: NodeJS.ErrnoException): void =>
        reject(new ListenError({ doing: 'listen on', host, port }, error));
      this.listener.once('error', onError);
      this.listener.listen({ host, port }, () => {
        this.listener.off('error', onError);
        this.listener.on('error', (error) => this.options.onConnectionFailed?.('listener', error));
        resolve();
      });
    });
    return this.listener.address() as AddressInfo;
  }

  /** Stops accepting connections and streams; resolves when the last connection has ended. */
  async drain(): Promise<void> {
    this.isDraining = true;
    if (this.listener.listening) this.listener.close();
    const closed = this.whenAllClosed();
    for (const connection of [...this.connections]) connection.drain();
    await closed;
  }

  /** Ends every connection now. */
  async close(): Promise<void> {
    this.isDraining = true;
    if (this.listener.listening) this.listener.close();
    const closed = this.whenAllClosed();
    for (const connection of [...this.connections]) connection.destroy();
    await closed;
    clearInterval(this.livenessTimer);
  }

  onRequest(stream: ServerStream, head: RequestHead): StreamListener {
    return this.options.onRequest(stream, head);
  }

  onConnectionClosed(connection: Connection, reason: Error | undefined): void {
    this.connections.delete(connection);
    this.options.onConnectionCount?.(this.connections.size);
    if (reason !== undefined) this.options.onConnectionFailed?.(connection.peer, reason);
    if (this.connections.size === 0) this.onAllClosed?.();
  }

  private createPlain(): Server {
    return createServer({ noDelay: true, keepAlive: true }, (socket) => this.accept(socket));
  }

  private createTls(tls: TlsOptions): Server {
    const isMutual = tls.clientAuthorities !== undefined;
    const server = createTlsServer(
      {
        cert: tls.certificate,
        key: tls.privateKey,
        ca: tls.clientAuthorities as string | Buffer | (string | Buffer)[] | undefined,
        requestCert: isMutual,
        rejectUnauthorized: isMutual,
        ALPNProtocols: ['h2'],
        minVersion: 'TLSv1.2',
        handshakeTimeout: this.limits.handshakeTimeoutMs,
        noDelay: true,
        keepAlive: true,
      },
      (socket) => this.accept(socket),
    );
    server.on('tlsClientError', (error: Error, socket: TLSSocket) => {
      this.options.onConnectionFailed?.(`${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`, error);
    });
    return server;
  }

  private accept(socket: Socket): void {
    const connection = new Connection(socket, this, Date.now());
    this.connections.add(connection);
    this.options.onConnectionCount?.(this.connections.size);
    if (this.isDraining) connection.drain();
  }

  private checkLiveness(): void {
    const nowMs = Date.now();
    for (const connection of this.connections) connection.checkLiveness(nowMs);
  }

  private async whenAllClosed(): Promise<void> {
    if (this.connections.size === 0) return;
    await new Promise<void>((resolve) => (this.onAllClosed = resolve));
  }
}
