import { PassThrough } from 'node:stream';
import type { Socket } from 'node:net';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { FrameFlag, FrameType } from './constants.js';
import { FrameReader } from './frame-reader.js';
import { Outbound, type OutboundStream } from './outbound.js';
import { FlushScheduler, OutputQueue } from './output-queue.js';

interface Sending extends OutboundStream {
  readonly sent: Buffer;
  received: Buffer[];
  isDone: boolean;
  /** What the peer has allowed in all. */
  allowedBytes: number;
}

test('all bytes arrive in order, within the windows, whatever the sizes and updates', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1, maxLength: 6 });
  const updates = fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(sizes, updates, fc.integer({ min: 0, max: 40_000 }), (messages, increments, initialWindow) => {
      const socket = new PassThrough({ highWaterMark: 2 ** 30 });
      const output = new OutputQueue(socket as unknown as Socket, new FlushScheduler());
      const outbound = new Outbound(output);
      const streams = messages.map((size, index) => newStream(index * 2 + 1, size, initialWindow));
      let connectionAllowance = 65_535;
      const reader = new FrameReader({
        onFrame: (type, flags, streamId, bytes, start, end) => {
          const stream = streams[(streamId - 1) / 2] as Sending;
          if (type === FrameType.data) {
            stream.received.push(Buffer.from(bytes.subarray(start, end)));
            stream.allowedBytes -= end - start;
            connectionAllowance -= end - start;
          }
          expect(stream.allowedBytes).toBeGreaterThanOrEqual(0);
          expect(connectionAllowance).toBeGreaterThanOrEqual(0);
          if (type === FrameType.headers && (flags & FrameFlag.endStream) !== 0) stream.isDone = true;
        },
      });
      const deliver = (): void => {
        output.flush();
        for (let chunk: unknown; (chunk = socket.read()) !== null;) reader.push(chunk as Buffer);
      };
      for (const stream of streams) {
        const half = stream.sent.length >>> 1;
        outbound.data(stream, [stream.sent.subarray(0, half), stream.sent.subarray(half)], Buffer.of(0x88));
      }
      deliver();
      for (let round = 0; !streams.every((stream) => stream.isDone); round++) {
        const increment = increments[round % increments.length] ?? 1;
        connectionAllowance += increment;
        outbound.growConnectionWindow(increment);
        for (const stream of streams.filter(({ isDone }) => !isDone)) {
          stream.allowedBytes += increment;
          outbound.growStreamWindow(stream, increment);
        }
        deliver();
      }
      for (const stream of streams) expect(Buffer.concat(stream.received).equals(stream.sent)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

function newStream(id: number, size: number, windowBytes: number): Sending {
  const sent = Buffer.alloc(size);
  for (let index = 0; index < size; index++) sent[index] = (index * 31 + id) & 0xff;
  return {
    id,
    sent,
    received: [],
    isDone: false,
    allowedBytes: windowBytes,
    sendWindowBytes: windowBytes,
    waiting: undefined,
    onSent: () => undefined,
    onWritable: () => undefined,
  };
}
