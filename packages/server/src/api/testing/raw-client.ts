import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { connect as connectSocket, type Socket } from 'node:net';

/** What came back on a stream. */
export interface RawAnswer {
  readonly httpStatus: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Trailers, or, for a trailers-only answer, its only header block. */
  readonly trailers: Readonly<Record<string, string>>;
  readonly grpcStatus: number;
  readonly grpcMessage: string;
  readonly body: Buffer;
  /** The body without its prefix, when it is one uncompressed message. */
  readonly message: string;
}

/** A call in progress: for tests that cancel it or send its body in pieces. */
export interface RawCall {
  readonly stream: ClientHttp2Stream;
  readonly answer: Promise<RawAnswer>;
}

/** A message behind its gRPC prefix. */
export function frame(message: string | Uint8Array, flags = 0): Buffer {
  const bytes = Buffer.from(message);
  const prefix = Buffer.alloc(5);
  prefix[0] = flags;
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

/** A gRPC client of bare streams: it can do everything wrong. */
export class RawClient {
  readonly session: ClientHttp2Session;

  constructor(address: string, options: Parameters<typeof connect>[1] = {}) {
    const scheme = options !== undefined && 'ca' in options ? 'https' : 'http';
    this.session = connect(`${scheme}://${address}`, {
      peerMaxConcurrentStreams: 100_000,
      maxSessionMemory: 1_000,
      ...options,
    });
    this.session.on('error', () => undefined);
    this.session.setMaxListeners(0);
  }

  /** A client whose socket a test may cut, without the goodbyes of a session. */
  static overSocket(address: string): { client: RawClient; socket: Socket } {
    const { hostname, port } = new URL(`http://${address}`);
    const socket = connectSocket(Number(port), hostname);
    return { client: new RawClient(address, { createConnection: () => socket }), socket };
  }

  /** Opens a stream without ending its body. */
  open(path: string, headers: OutgoingHttpHeaders = {}): RawCall {
    const stream = this.session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    const answer = answerOf(stream);
    // A test that cancels a call need not look at its answer.
    answer.catch(() => undefined);
    return { stream, answer };
  }

  /** Sends a whole body, by default one message. */
  async call(path: string, body: string | Buffer, headers: OutgoingHttpHeaders = {}): Promise<RawAnswer> {
    const { stream, answer } = this.open(path, headers);
    stream.end(typeof body === 'string' ? frame(body) : body);
    return answer;
  }

  async close(): Promise<void> {
    if (this.session.destroyed) return;
    await new Promise<void>((resolve) => {
      this.session.once('close', resolve);
      this.session.destroy();
    });
  }
}

async function answerOf(stream: ClientHttp2Stream): Promise<RawAnswer> {
  let headers: Record<string, string> = {};
  let trailers: Record<string, string> | undefined;
  const chunks: Buffer[] = [];
  stream.on('response', (received) => (headers = stringsOf(received)));
  stream.on('trailers', (received) => (trailers = stringsOf(received)));
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise<void>((resolve, reject) => {
    stream.on('error', reject);
    stream.on('close', () => {
      if (stream.rstCode === constants.NGHTTP2_NO_ERROR) resolve();
      else reject(new Error(`the stream was reset with code ${stream.rstCode}`));
    });
  });
  const body = Buffer.concat(chunks);
  const last = trailers ?? headers;
  return {
    httpStatus: Number(headers[':status']),
    headers,
    trailers: last,
    grpcStatus: Number(last['grpc-status'] ?? 'NaN'),
    grpcMessage: decodeURIComponent(last['grpc-message'] ?? ''),
    body,
    message: body.subarray(5).toString(),
  };
}

function stringsOf(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
