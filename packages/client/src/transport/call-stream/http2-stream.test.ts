import { once } from 'node:events';
import { createServer as createHttp2Server, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { frame, FrameFlag, FrameType } from './http2-frames.js';
import { Http2FrameReader } from './http2-frame-reader.js';
import { Http2Stream } from './http2-stream.js';
import { CALL_STREAM_LIMITS } from './limits.js';

const { keepaliveIntervalMs, keepaliveTimeoutMs, windowBytes } = CALL_STREAM_LIMITS;

/** A stream to a server, and all that its listener hears. */
function open(port: number) {
  const heard = { bytes: 0, chunks: [] as Buffer[], writable: 0, goAways: 0, closed: [] as (Error | undefined)[] };
  let onHeard: () => void = () => undefined;
  const stream = new Http2Stream(
    { address: `127.0.0.1:${port}`, tls: undefined },
    {
      onData: (bytes) => {
        heard.bytes += bytes.length;
        heard.chunks.push(bytes);
        onHeard();
      },
      onWritable: () => {
        heard.writable += 1;
        onHeard();
      },
      onGoAway: () => {
        heard.goAways += 1;
        onHeard();
      },
      onClosed: (error) => {
        heard.closed.push(error);
        onHeard();
      },
    },
  );
  onTestFinished(() => stream.destroy());
  const until = (holds: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      onHeard = () => {
        if (holds()) resolve();
      };
      onHeard();
    });
  return { stream, heard, until };
}

describe('towards the HTTP/2 of Node', () => {
  async function serve(onStream: (stream: ServerHttp2Stream) => void, settings = {}): Promise<number> {
    const server: Http2Server = createHttp2Server({ settings });
    const sessions = new Set<{ destroy(): void }>();
    server.on('session', (session) => void sessions.add(session));
    server.on('stream', (stream) => {
      stream.on('error', () => undefined);
      onStream(stream);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      for (const session of sessions) session.destroy();
      server.close();
    });
    return (server.address() as AddressInfo).port;
  }

  test('far more than any window goes both ways, whole and in order', async () => {
    const port = await serve(
      (stream) => {
        stream.respond({ ':status': 200 });
        stream.pipe(stream);
      },
      { initialWindowSize: 1_000 },
    );
    const { stream, heard, until } = open(port);
    const piece = Buffer.from(Array.from({ length: 65_536 }, (_, index) => (index * 7) % 251));
    const pieces = (4 * windowBytes) / piece.length;
    for (let sent = 0; sent < pieces; sent++) {
      if (stream.write(piece)) continue;
      const { writable } = heard;
      await until(() => heard.writable > writable);
    }
    await until(() => heard.bytes === pieces * piece.length);
    const back = Buffer.concat(heard.chunks);
    for (let at = 0; at < back.length; at += piece.length) {
      expect(back.subarray(at, at + piece.length).equals(piece)).toBe(true);
    }
    expect(stream.hasAnswer).toBe(true);
  });

  test('the request is a gRPC call of the call stream', async () => {
    let headers: Record<string, unknown> = {};
    const server = createHttp2Server();
    server.on('stream', (stream, head) => {
      headers = head;
      stream.respond({ ':status': 404 }, { endStream: true });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { heard, until, stream } = open(port);
    await until(() => heard.closed.length === 1);
    expect([heard.closed, stream.hasAnswer]).toEqual([[undefined], true]);
    expect(headers).toMatchObject({
      ':method': 'POST',
      ':scheme': 'http',
      ':path': '/perdure.transport.v1.CallStream/Open',
      ':authority': `127.0.0.1:${port}`,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
  });

  test('a reset, and a connection that is given up, end it with an error', async () => {
    const reset = open(await serve((stream) => stream.close(8)));
    await reset.until(() => reset.heard.closed.length === 1);
    expect(reset.heard.closed[0]?.message).toBe('the server reset the stream, with code 8');
    const gone = open(await serve((stream) => stream.session?.goaway(11)));
    await gone.until(() => gone.heard.closed.length === 1);
    expect(gone.heard.closed[0]?.message).toBe('the server went away, with code 11');
  });

  test('a server that takes no further requests says so, and goes on', async () => {
    const { heard, until } = open(
      await serve((stream) => {
        stream.respond({ ':status': 200 });
        stream.session?.goaway(0);
        stream.write('more');
      }),
    );
    await until(() => heard.goAways === 1 && heard.bytes === 4);
    expect(heard.closed).toEqual([]);
  });
});

describe('towards a socket', () => {
  let server: Server;
  const sockets: Socket[] = [];

  async function listen(onSocket: (socket: Socket) => void = () => undefined): Promise<number> {
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      onSocket(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  afterEach(() => {
    vi.useRealTimers();
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
  });

  const fakeTimers = () => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });

  test('one that is destroyed before its connection came about has nothing left that would ask whether it is alive', async () => {
    const port = await listen();
    fakeTimers();
    const { stream, heard } = open(port);
    stream.destroy();
    stream.destroy();
    expect(heard.closed).toEqual([undefined]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(vi.getTimerCount()).toBe(0);
  });

  test('one whose server does not answer a PING is given up; one that does answer is not', async () => {
    const port = await listen();
    fakeTimers();
    const { heard, until } = open(port);
    await once(server, 'connection');
    while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(keepaliveIntervalMs);
    const [socket] = sockets;
    socket?.write(frame(FrameType.ping, FrameFlag.ack, 0, Buffer.alloc(8)));
    while (vi.getTimerCount() === 2) await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(keepaliveTimeoutMs);
    expect(heard.closed).toEqual([]);
    vi.advanceTimersByTime(keepaliveIntervalMs);
    await until(() => heard.closed.length === 1);
    expect(heard.closed[0]?.message).toBe('the server did not answer a PING');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('what is not HTTP/2 ends it, whatever it is', async () => {
    const answers = fc.asyncProperty(fc.uint8Array({ minLength: 9, maxLength: 200 }), async (bytes) => {
      const port = await listen((socket) => socket.end(bytes));
      const { heard, until } = open(port);
      await until(() => heard.closed.length === 1);
      server.close();
    });
    await fc.assert(answers, { numRuns: 50 });
  });
});

test('frames do not depend on how the bytes were cut, and data comes as soon as it is here', () => {
  const frames = fc.array(
    fc.record({
      type: fc.integer({ min: 0, max: 12 }),
      flags: fc.integer({ min: 0, max: 255 }),
      streamId: fc.integer({ min: 0, max: 0x7fff_ffff }),
      payload: fc.uint8Array({ maxLength: 60 }),
    }),
    { maxLength: 20 },
  );
  const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
  const property = fc.property(frames, cuts, (sent, lengths) => {
    const bytes = Buffer.concat(
      sent.map(({ type, flags, streamId, payload }) => frame(type, flags, streamId, payload)),
    );
    const received: { type: number; flags: number; streamId: number; payload: number[] }[] = [];
    let isInside = false;
    const reader = new Http2FrameReader(
      {
        onFrame: (type, flags, streamId, payload) =>
          void received.push({ type, flags, streamId, payload: [...payload] }),
        onDataPart: (streamId, flags, part) => {
          const last = received.at(-1);
          if (isInside && last !== undefined) last.payload.push(...part);
          else received.push({ type: FrameType.data, flags: 0, streamId, payload: [...part] });
          const whole = sent[received.length - 1]?.payload.length;
          isInside = received.at(-1)?.payload.length !== whole;
          if (!isInside) Object.assign(received.at(-1) ?? {}, { flags });
        },
      },
      1_000,
    );
    for (let offset = 0, index = 0; offset < bytes.length; index++) {
      const length = lengths[index % lengths.length] ?? 1;
      reader.push(Buffer.from(bytes.subarray(offset, offset + length)));
      offset += length;
    }
    expect(received).toEqual(sent.map((item) => ({ ...item, payload: [...item.payload] })));
  });
  fc.assert(property);
});
