import { createServer } from 'node:net';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { frameBytes, RawConnection } from '../testing/raw-connection.js';
import { until } from '../testing/text-methods.js';
import { CLIENT_PREFACE, ErrorCode, FrameFlag, FrameType, Setting } from './constants.js';
import { encodeHeaderBlock } from './header-encoder.js';
import type { Http2Limits } from './limits.js';
import { Http2Server } from './server.js';
import type { ServerStream, StreamListener } from './stream.js';

const REQUEST: readonly (readonly [string, string])[] = [
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', '/echo'],
  [':authority', 'here'],
];
const END_HEADERS = FrameFlag.endHeaders;
const END_BOTH = FrameFlag.endHeaders | FrameFlag.endStream;
const HEAD = encodeHeaderBlock([[':status', '200']]);
const TRAILERS = encodeHeaderBlock([['done', 'yes']]);

let server: Http2Server;
let address: string;
let connection: RawConnection;
let failures: Error[];

beforeEach(() => start());

afterEach(async () => {
  connection.destroy();
  await server.close();
});

async function start(limits: Partial<Http2Limits> = {}): Promise<void> {
  failures = [];
  server = new Http2Server({
    limits,
    onRequest: echo,
    onConnectionFailed: (_, reason) => failures.push(reason),
  });
  const bound = await server.listen('127.0.0.1', 0);
  address = `127.0.0.1:${bound.port}`;
  connection = new RawConnection(address);
}

async function restart(limits: Partial<Http2Limits>): Promise<void> {
  connection.destroy();
  await server.close();
  await start(limits);
}

function echo(stream: ServerStream): StreamListener {
  const chunks: Uint8Array[] = [];
  return {
    onData: (bytes) => chunks.push(bytes),
    onEnd: () => stream.respond(HEAD, chunks, TRAILERS),
    onClosed: () => undefined,
  };
}

function headers(streamId: number, flags: number, fields = REQUEST): Buffer {
  return frameBytes(FrameType.headers, flags, streamId, encodeHeaderBlock(fields));
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function setting(identifier: number, value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt16BE(identifier, 0);
  bytes.writeUInt32BE(value, 2);
  return bytes;
}

async function expectGoAway(errorCode: number): Promise<void> {
  const frame = await connection.next(({ type }) => type === FrameType.goAway);
  expect(frame.payload.readUInt32BE(4)).toBe(errorCode);
  await connection.closed;
}

async function expectReset(streamId: number, errorCode: number): Promise<void> {
  const frame = await connection.next(({ type, streamId: id }) => type === FrameType.resetStream && id === streamId);
  expect(frame.payload.readUInt32BE(0)).toBe(errorCode);
}

async function expectEcho(streamId: number, text: string): Promise<void> {
  await connection.next(({ streamId: id, flags, type }) => {
    return id === streamId && type === FrameType.headers && (flags & FrameFlag.endStream) !== 0;
  });
  const data = connection.frames.filter((frame) => frame.streamId === streamId && frame.type === FrameType.data);
  expect(Buffer.concat(data.map(({ payload }) => payload)).toString()).toBe(text);
}

describe('a connection that does not speak HTTP/2', () => {
  test('is told so in HTTP/1 when that is what it speaks', async () => {
    connection.destroy();
    connection = new RawConnection(address, false);
    connection.socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await connection.closed;
    expect(Buffer.concat(connection.text).toString()).toContain('HTTP/1.1 505 ');
  });

  test('is closed when it sends garbage', async () => {
    connection.send(Buffer.alloc(5000, 0xa7));
    await expectGoAway(ErrorCode.protocolError);
    expect(failures[0]?.message).toContain('preface');
  });

  test('is closed when the preface breaks off in the middle', async () => {
    connection.send(CLIENT_PREFACE.subarray(0, 20));
    connection.send(Buffer.from('nonsense'));
    await expectGoAway(ErrorCode.protocolError);
  });

  test('is closed when it stays silent', async () => {
    await restart({ handshakeTimeoutMs: 20, livenessCheckIntervalMs: 5 });
    await expectGoAway(ErrorCode.settingsTimeout);
  });
});

describe('a violation of the protocol', () => {
  const violations: readonly (readonly [string, number, () => Buffer])[] = [
    ['SETTINGS of a wrong length', ErrorCode.frameSizeError, () => frameBytes(FrameType.settings, 0, 0, 'abc')],
    ['SETTINGS on a stream', ErrorCode.protocolError, () => frameBytes(FrameType.settings, 0, 1)],
    ['a full ACK', ErrorCode.frameSizeError, () => frameBytes(FrameType.settings, FrameFlag.ack, 0, 'abcdef')],
    ['push enabled twice', ErrorCode.protocolError, () => frameBytes(4, 0, 0, setting(Setting.enablePush, 2))],
    [
      'too large a window',
      ErrorCode.flowControlError,
      () => frameBytes(4, 0, 0, setting(Setting.initialWindowSize, 2 ** 31)),
    ],
    ['too small frames', ErrorCode.protocolError, () => frameBytes(4, 0, 0, setting(Setting.maxFrameSize, 1))],
    ['PING of a wrong length', ErrorCode.frameSizeError, () => frameBytes(FrameType.ping, 0, 0, 'abc')],
    ['PING on a stream', ErrorCode.protocolError, () => frameBytes(FrameType.ping, 0, 3, 'abcdefgh')],
    ['DATA on an idle stream', ErrorCode.protocolError, () => frameBytes(FrameType.data, 0, 1, 'x')],
    ['DATA on stream 0', ErrorCode.protocolError, () => frameBytes(FrameType.data, 0, 0, 'x')],
    ['an even stream', ErrorCode.protocolError, () => headers(2, END_BOTH)],
    ['RST_STREAM on an idle stream', ErrorCode.protocolError, () => frameBytes(FrameType.resetStream, 0, 1, uint32(0))],
    ['a stray CONTINUATION', ErrorCode.protocolError, () => frameBytes(FrameType.continuation, END_HEADERS, 1)],
    ['PUSH_PROMISE', ErrorCode.protocolError, () => frameBytes(FrameType.pushPromise, 0, 1, uint32(2))],
    ['WINDOW_UPDATE of zero', ErrorCode.protocolError, () => frameBytes(FrameType.windowUpdate, 0, 0, uint32(0))],
    [
      'too large a window update',
      ErrorCode.flowControlError,
      () => frameBytes(FrameType.windowUpdate, 0, 0, uint32(2 ** 31 - 1)),
    ],
    ['too large a frame', ErrorCode.frameSizeError, () => frameBytes(FrameType.data, 0, 1, Buffer.alloc(16_385))],
    [
      'an index beyond the table',
      ErrorCode.compressionError,
      () => frameBytes(FrameType.headers, END_BOTH, 1, Buffer.of(0xff, 0x10)),
    ],
    ['index zero', ErrorCode.compressionError, () => frameBytes(FrameType.headers, END_BOTH, 1, Buffer.of(0x80))],
    [
      'a cut-off header string',
      ErrorCode.compressionError,
      () => frameBytes(FrameType.headers, END_BOTH, 1, Buffer.of(0, 9, 97)),
    ],
    ['an endless integer', ErrorCode.compressionError, () => frameBytes(1, END_BOTH, 1, Buffer.alloc(20, 0xff))],
    [
      'padding beyond the frame',
      ErrorCode.protocolError,
      () => frameBytes(1, END_BOTH | FrameFlag.padded, 1, Buffer.of(9, 0x83)),
    ],
    [
      'another frame inside a header block',
      ErrorCode.protocolError,
      () => Buffer.concat([headers(1, 0), frameBytes(6, 0, 0, 'abcdefgh')]),
    ],
  ];

  test.each(violations)('ends the connection: %s', async (_, errorCode, bytes) => {
    connection.hello();
    connection.send(bytes());
    await expectGoAway(errorCode);
  });

  const faults: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
    ['an upper-case name', [...REQUEST, ['Content-Type', 'x']]],
    ['a line break in a value', [...REQUEST, ['x', 'a\r\nb: c']]],
    ['a connection header', [...REQUEST, ['connection', 'close']]],
    ['te other than trailers', [...REQUEST, ['te', 'gzip']]],
    ['an unknown pseudo-header', [...REQUEST, [':nope', 'x']]],
    ['a pseudo-header twice', [...REQUEST, [':path', '/again']]],
    ['a late pseudo-header', [...REQUEST, ['x', 'y'], [':authority', 'z']]],
    ['no path', REQUEST.filter(([name]) => name !== ':path')],
    ['a content-length that is no number', [...REQUEST, ['content-length', 'many']]],
    ['a content-length that is not met', [...REQUEST, ['content-length', '7']]],
  ];

  test.each(faults)('resets the stream alone: %s', async (_, fields) => {
    connection.hello();
    connection.send(headers(1, END_BOTH, fields), headers(3, END_BOTH));
    await expectReset(1, ErrorCode.protocolError);
    await expectEcho(3, '');
  });

  test('on a stream that was completed is answered with STREAM_CLOSED', async () => {
    connection.hello();
    connection.send(headers(1, END_BOTH));
    await expectEcho(1, '');
    connection.send(frameBytes(FrameType.data, 0, 1, 'late'));
    await expectReset(1, ErrorCode.streamClosed);
  });

  test('by a header block without end is stopped', async () => {
    connection.hello();
    connection.send(headers(1, FrameFlag.endStream));
    for (let count = 0; count < 10; count++)
      connection.send(frameBytes(FrameType.continuation, 0, 1, Buffer.alloc(10_000)));
    await expectGoAway(ErrorCode.enhanceYourCalm);
  });

  test('by headers that are small only while compressed resets the stream', async () => {
    connection.hello();
    // One entry of 3,000 bytes goes into the table; each further byte refers to it again.
    const first = Buffer.concat([Buffer.of(0x40, 1, 0x78, 0x7f, 0xb9, 0x16), Buffer.alloc(3_000, 'v')]);
    const block = Buffer.concat([encodeHeaderBlock(REQUEST), first, Buffer.alloc(100, 0xbe)]);
    connection.send(frameBytes(FrameType.headers, END_BOTH, 1, block), headers(3, END_BOTH));
    await expectReset(1, ErrorCode.enhanceYourCalm);
    await expectEcho(3, '');
  });

  test('by sending more than the window allows is stopped', async () => {
    await restart({ streamWindowBytes: 20_000 });
    connection.hello();
    // The window is given back at its half, so only what is on its way can exceed it.
    connection.send(headers(1, END_HEADERS), frameBytes(FrameType.data, 0, 1, Buffer.alloc(9_999)));
    connection.send(frameBytes(FrameType.data, 0, 1, Buffer.alloc(16_384)));
    await expectGoAway(ErrorCode.flowControlError);
  });
});

describe('a connection', () => {
  test('joins CONTINUATION frames, padding and priority', async () => {
    const block = encodeHeaderBlock(REQUEST);
    connection.hello();
    const first = Buffer.concat([Buffer.of(2), uint32(0), Buffer.of(16), block.subarray(0, 3), Buffer.alloc(2)]);
    connection.send(
      frameBytes(FrameType.headers, FrameFlag.padded | FrameFlag.priority, 1, first),
      frameBytes(FrameType.continuation, 0, 1, block.subarray(3, 10)),
      frameBytes(FrameType.continuation, END_HEADERS, 1, block.subarray(10)),
      frameBytes(FrameType.data, FrameFlag.endStream | FrameFlag.padded, 1, Buffer.from('\x03padded\0\0\0', 'latin1')),
    );
    await expectEcho(1, 'padded');
  });

  test('accepts trailers after a body', async () => {
    connection.hello();
    connection.send(
      headers(1, END_HEADERS),
      frameBytes(FrameType.data, 0, 1, 'body'),
      headers(1, END_BOTH, [['x', 'y']]),
    );
    await expectEcho(1, 'body');
  });

  test('ignores unknown frames and settings', async () => {
    connection.hello();
    connection.send(frameBytes(0xee, 0xff, 5, 'whatever'), frameBytes(FrameType.settings, 0, 0, setting(0x99, 7)));
    connection.send(headers(1, END_BOTH));
    await expectEcho(1, '');
  });

  test('works when every byte comes alone', async () => {
    const bytes = Buffer.concat([
      CLIENT_PREFACE,
      frameBytes(FrameType.settings, 0, 0),
      headers(1, END_HEADERS),
      frameBytes(FrameType.data, FrameFlag.endStream, 1, 'slowly'),
    ]);
    connection.socket.setNoDelay(true);
    for (const byte of bytes) await new Promise((resolve) => connection.socket.write(Buffer.of(byte), resolve));
    await expectEcho(1, 'slowly');
  });

  test('sends only what the windows allow', async () => {
    connection.send(CLIENT_PREFACE, frameBytes(FrameType.settings, 0, 0, setting(Setting.initialWindowSize, 3)));
    connection.send(headers(1, END_HEADERS), frameBytes(FrameType.data, FrameFlag.endStream, 1, 'window'));
    const first = await connection.next(({ type }) => type === FrameType.data);
    expect(first.payload.toString()).toBe('win');
    connection.send(frameBytes(FrameType.windowUpdate, 0, 1, uint32(2)));
    await connection.next(({ type, payload }) => type === FrameType.data && payload.toString() === 'do');
    connection.send(frameBytes(FrameType.settings, 0, 0, setting(Setting.initialWindowSize, 4)));
    await expectEcho(1, 'window');
  });

  test('stops reading from a peer that does not read, and goes on when it does', async () => {
    await restart({ maxOutputBacklogBytes: 200_000 });
    connection.hello();
    connection.socket.pause();
    const ping = frameBytes(FrameType.ping, 0, 0, '12345678');
    const flood = Buffer.concat(Array.from({ length: 1000 }, () => ping));
    const rounds = 2_000;
    let isStuck = false;
    let sent = 0;
    for (; sent < rounds && !isStuck; sent++)
      isStuck = !connection.socket.write(flood) && connection.socket.writableLength > 4_000_000;
    expect(isStuck).toBe(true);
    connection.socket.resume();
    const isAck = ({ type, flags }: { type: number; flags: number }): boolean => type === FrameType.ping && flags === 1;
    await until(() => connection.frames.filter(isAck).length === sent * 1000);
  });

  test('pings a silent peer that holds a stream, and gives it up without an answer', async () => {
    await restart({ keepaliveIntervalMs: 10, keepaliveTimeoutMs: 20, livenessCheckIntervalMs: 5 });
    connection.hello();
    connection.send(headers(1, END_HEADERS));
    await connection.next(({ type, flags }) => type === FrameType.ping && flags === 0);
    await connection.closed;
    expect(failures[0]?.message).toBe('the peer did not answer a PING');
  });
});

describe('the port', () => {
  test('that is in use is one clear error', async () => {
    const { port } = new URL(`http://${address}`);
    const second = new Http2Server({ onRequest: echo });
    const message = `cannot listen on 127.0.0.1:${port}: the port is in use; stop what uses it or choose another, where 0 takes any free port`;
    await expect(second.listen('127.0.0.1', Number(port))).rejects.toThrow(message);
    await second.close();
  });

  test('is free again after close', async () => {
    const port = Number(new URL(`http://${address}`).port);
    connection.destroy();
    await server.close();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    await new Promise((resolve) => other.close(resolve));
  });
});
