import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders } from 'node:http2';
import type { TLSConfig } from '@perdure/common/internal/conversion';
import { CALL_STREAM_PATH } from '@perdure/protocol/call-stream';
import { GrpcServiceError } from '../grpc-service-error.js';
import { GrpcStatus } from '../status.js';
import { CallStreamUnsupportedError } from './errors.js';
import { CALL_STREAM_LIMITS } from './limits.js';

/** Where a call stream goes. */
export interface CallStreamTarget {
  /** `host:port`. */
  readonly address: string;
  /** `undefined` for no encryption. */
  readonly tls: TLSConfig | undefined;
}

/** An HTTP/2 connection with one request on it, whose body and answer stay open. */
export interface OpenHttp2Stream {
  readonly session: ClientHttp2Session;
  readonly stream: ClientHttp2Stream;
}

const { windowBytes, maxHttp2FrameBytes, keepaliveIntervalMs, keepaliveTimeoutMs } = CALL_STREAM_LIMITS;

/** Begins the request. Nothing has been answered yet when this returns. */
export function openHttp2Stream({ address, tls }: CallStreamTarget): OpenHttp2Stream {
  const session = connect(`${tls === undefined ? 'http' : 'https'}://${address}`, {
    settings: { initialWindowSize: windowBytes, maxFrameSize: maxHttp2FrameBytes, enablePush: false },
    ...(tls === undefined ? {} : tlsOptionsOf(tls)),
  });
  session.once('connect', () => session.setLocalWindowSize(windowBytes));
  const stream = session.request(
    { ':method': 'POST', ':path': CALL_STREAM_PATH, 'content-type': 'application/grpc', te: 'trailers' },
    { endStream: false },
  );
  keepAlive(session);
  return { session, stream };
}

/** The options as Node's TLS takes them. */
export function tlsOptionsOf({ serverNameOverride, serverRootCACertificate, clientCertPair }: TLSConfig) {
  const pem = (bytes: Uint8Array | undefined): Buffer | undefined => bytes && Buffer.from(bytes);
  return {
    servername: serverNameOverride,
    ca: pem(serverRootCACertificate),
    cert: pem(clientCertPair?.crt),
    key: pem(clientCertPair?.key),
  };
}

function keepAlive(session: ClientHttp2Session): void {
  const interval = setInterval(() => {
    // A session whose connection never came about may be destroyed without a `close`, and must not be asked any more.
    if (session.destroyed || session.closed) return clearInterval(interval);
    const timeout = setTimeout(
      () => session.destroy(new Error('the server did not answer a PING')),
      keepaliveTimeoutMs,
    );
    timeout.unref();
    session.ping(() => clearTimeout(timeout));
  }, keepaliveIntervalMs);
  interval.unref();
  session.once('close', () => clearInterval(interval));
}

/** What the head of an answer says against a call stream, if anything. */
export function refusalOf(head: IncomingHttpHeaders): CallStreamUnsupportedError | GrpcServiceError | undefined {
  const contentType = head['content-type'] ?? '';
  const httpStatus = head[':status' as keyof IncomingHttpHeaders];
  if (Number(httpStatus) !== 200 || !contentType.startsWith('application/grpc')) {
    return new CallStreamUnsupportedError(`the server answered the call stream with HTTP status ${String(httpStatus)}`);
  }
  return statusOf(head);
}

/** The status that an answer ends with, unless it is OK. */
export function statusOf(headers: IncomingHttpHeaders): CallStreamUnsupportedError | GrpcServiceError | undefined {
  const status = headers['grpc-status'];
  if (status === undefined || Number(status) === GrpcStatus.OK) return undefined;
  const message = readMessage(headers['grpc-message']);
  // A server that is on its way out has the call stream, and so has the next one perhaps.
  if (Number(status) === GrpcStatus.UNAVAILABLE) return new GrpcServiceError(GrpcStatus.UNAVAILABLE, message);
  return new CallStreamUnsupportedError(`the server refused the call stream: ${message}`);
}

function readMessage(header: string | string[] | undefined): string {
  try {
    return decodeURIComponent(String(header ?? 'no reason given'));
  } catch {
    return String(header);
  }
}
