import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CallerFrameDecoder,
  CallerFrameEncoder,
  type CallFrame,
  CallStreamError,
  FrameWriter,
  MessageSplitter,
  readServerFrames,
  ServerFrameEncoder,
} from './index.js';

const bytes = fc.uint8Array({ maxLength: 5_000 });
const calls = fc.record({
  callId: fc.maxSafeNat(),
  path: fc.constantFrom('/a.B/C', '/a.B/D', '/ü.X/Y'),
  metadata: fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(fc.string({ unit: 'binary' }), bytes), { maxKeys: 4 }),
  timeoutMs: fc.option(fc.nat(), { nil: undefined }),
  body: bytes,
}) satisfies fc.Arbitrary<CallFrame>;

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
}

/** Splits a body at the given places and collects its messages. */
function messagesOf(body: Uint8Array, cuts: readonly number[], maxBytes = 1e9): Uint8Array[] {
  const splitter = new MessageSplitter(maxBytes);
  const messages: Uint8Array[] = [];
  const places = [0, ...cuts.map((cut) => cut % (body.length + 1)).sort((a, b) => a - b), body.length];
  for (let index = 1; index < places.length; index++) {
    splitter.push(body.subarray(places[index - 1], places[index]), (message) => messages.push(message));
  }
  expect(splitter.isInsideMessage).toBe(false);
  return messages;
}

const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, inner: unknown) => (inner instanceof Uint8Array ? [...inner] : inner)));

describe('frames of a caller', () => {
  it('come out as they went in, however the stream is cut', () => {
    const batches = fc.array(fc.array(calls, { maxLength: 6 }), { maxLength: 4 });
    fc.assert(
      fc.property(batches, fc.array(fc.nat(), { maxLength: 8 }), (sent, cuts) => {
        const writer = new FrameWriter();
        const encoder = new CallerFrameEncoder(writer);
        const body = joined(
          sent.flatMap((batch) => {
            for (const call of batch) {
              encoder.call(call);
              encoder.cancel(call.callId);
            }
            return writer.take();
          }),
        );
        const received: unknown[] = [];
        const decoder = new CallerFrameDecoder();
        for (const message of messagesOf(body, cuts)) {
          decoder.read(message, {
            onHello: () => expect.unreachable(),
            onCall: (call) => received.push(call),
            onCancel: (callId) => received.push(callId),
          });
        }
        expect(plain(received)).toEqual(plain(sent.flat().flatMap((call) => [call, call.callId])));
      }),
    );
  });

  it('name metadata that is used again once, and go on doing so when slots run out', () => {
    const writer = new FrameWriter();
    const encoder = new CallerFrameEncoder(writer);
    const decoder = new CallerFrameDecoder();
    const shared = { 'client-name': 'a client with a name of some length' };
    const received: unknown[] = [];
    const sizes: number[] = [];
    const send = (metadata: Record<string, string>): void => {
      encoder.call({ callId: 1, path: '/a.B/C', metadata, timeoutMs: undefined, body: new Uint8Array(0) });
      sizes.push(writer.length);
      const [message] = messagesOf(joined(writer.take()), []);
      decoder.read(message as Uint8Array, {
        onHello: () => undefined,
        onCall: (call) => received.push(call.metadata),
        onCancel: () => undefined,
      });
    };
    send(shared);
    send(shared);
    for (let number = 0; number < 200; number++) send({ number: String(number) });
    send(shared);
    expect(sizes[1]).toBeLessThan(10);
    expect(received).toEqual([
      shared,
      shared,
      ...Array.from({ length: 200 }, (_, number) => ({ number: String(number) })),
      shared,
    ]);
  });
});

describe('frames of a server', () => {
  it('come out as they went in', () => {
    const errors = fc.record({ code: fc.nat(16), message: fc.string({ unit: 'binary' }), statusDetails: bytes });
    const answers = fc.array(fc.tuple(fc.maxSafeNat(), fc.array(bytes, { maxLength: 3 }), errors), { maxLength: 6 });
    fc.assert(
      fc.property(answers, (sent) => {
        const writer = new FrameWriter();
        const encoder = new ServerFrameEncoder(writer);
        encoder.hello({ maxConcurrentCalls: 7, maxRequestBytes: 9 });
        for (const [callId, body, error] of sent) {
          encoder.answer(callId, body);
          encoder.error(callId, error);
        }
        encoder.drain();
        const received: unknown[] = [];
        const [message] = messagesOf(joined(writer.take()), [1, 2, 3]);
        readServerFrames(message as Uint8Array, {
          onHello: (terms) => received.push(terms),
          onAnswer: (callId, body) => received.push([callId, body]),
          onError: (callId, error) => received.push([callId, error]),
          onDrain: () => received.push('drain'),
        });
        const expected = [
          { version: 1, maxConcurrentCalls: 7, maxRequestBytes: 9 },
          ...sent.flatMap(([callId, body, error]) => [
            [callId, joined(body)],
            [callId, error],
          ]),
          'drain',
        ];
        expect(plain(received)).toEqual(plain(expected));
      }),
    );
  });
});

describe('what a peer may send', () => {
  const ignore = {
    onHello: () => undefined,
    onCall: () => undefined,
    onCancel: () => undefined,
    onAnswer: () => undefined,
    onError: () => undefined,
    onDrain: () => undefined,
  };

  it('is frames or a CallStreamError, whatever the bytes', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .array(fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 0x80, 0xff), { maxLength: 60 })
        .map((list) => Uint8Array.from(list)),
    );
    fc.assert(
      fc.property(noise, (batch) => {
        for (const read of [
          () => new CallerFrameDecoder().read(batch, ignore),
          () => readServerFrames(batch, ignore),
          () => new MessageSplitter(100).push(batch, () => undefined),
        ]) {
          try {
            read();
          } catch (error) {
            expect(error).toBeInstanceOf(CallStreamError);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('is not a message beyond the limit', () => {
    const prefix = Uint8Array.of(0, 0, 0, 0, 101);
    expect(() => new MessageSplitter(100).push(prefix, () => undefined)).toThrow(CallStreamError);
  });
});
