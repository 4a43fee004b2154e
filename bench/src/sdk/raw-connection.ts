import { connect, constants, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import type { Codec, MethodDescription } from '@perdure/protocol';

const messageHeaderBytes = 5;

/** A refused call: the gRPC status and its message. */
export class RawCallError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(`gRPC status ${code}: ${message}`);
  }
}

type UnaryMethod<I extends object, R extends object> = MethodDescription<Codec<I, I>, Codec<object, R>>;

/** Unary gRPC calls framed by hand over a few HTTP/2 sessions: as little client CPU as Node allows. */
export class RawConnection {
  private readonly sessions: ClientHttp2Session[];
  private next = 0;

  constructor(
    private readonly address: string,
    sessionCount = 4,
  ) {
    this.sessions = Array.from({ length: sessionCount }, () => this.openSession());
  }

  /** One call. Rejects with `RawCallError` when the server refuses it. */
  async call<Request extends object, Response extends object>(
    method: UnaryMethod<Request, Response>,
    request: Request,
  ): Promise<Response> {
    const session = this.sessions[this.next++ % this.sessions.length]!;
    return await new Promise<Response>((resolve, reject) => {
      const stream = session.request({
        ':method': 'POST',
        ':path': method.path,
        'content-type': 'application/grpc',
        te: 'trailers',
        'grpc-timeout': '70S',
        'client-name': 'temporal-typescript',
        'client-version': '1.24.0',
      });
      const chunks: Buffer[] = [];
      let outcome: IncomingHttpHeaders | undefined;
      const keepStatus = (headers: IncomingHttpHeaders): void => {
        if (headers['grpc-status'] !== undefined) outcome = headers;
      };
      stream.on('response', keepStatus);
      stream.on('trailers', keepStatus);
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', reject);
      stream.on('end', () => {
        const code = Number(outcome?.['grpc-status'] ?? 2);
        if (code !== 0) return reject(new RawCallError(code, String(outcome?.['grpc-message'] ?? 'no status')));
        const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
        resolve(method.responseType.decode(body.subarray(messageHeaderBytes)));
      });
      stream.end(frame(method.requestType.encode(request)));
    });
  }

  /** Drops every session; calls that are still open reject. */
  close(): void {
    for (const session of this.sessions) session.destroy(undefined, constants.NGHTTP2_CANCEL);
  }

  private openSession(): ClientHttp2Session {
    const session = connect(`http://${this.address}`, { settings: { initialWindowSize: 1 << 20 } });
    session.on('error', () => undefined);
    session.setMaxListeners(0);
    return session;
  }
}

function frame(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(messageHeaderBytes + message.length);
  framed.writeUInt8(0, 0);
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, messageHeaderBytes);
  return framed;
}
