import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { GrpcServer } from './server.js';
import { frame, RawClient } from '../testing/raw-client.js';
import { frameBytes, RawConnection } from '../testing/raw-connection.js';
import { echo, until } from '../testing/text-methods.js';
import { CLIENT_PREFACE, FrameFlag, FrameType } from '../http2/constants.js';
import { encodeHeaderBlock } from '../http2/index.js';

let server: GrpcServer;
let bystander: RawClient;

beforeAll(async () => {
  server = new GrpcServer({ methods: [echo] });
  await server.start();
  bystander = new RawClient(server.address);
});

afterAll(async () => {
  await bystander.close();
  await server.stop({ graceMs: 0 });
});

const request = encodeHeaderBlock([
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', '/test.Service/Echo'],
  ['content-type', 'application/grpc'],
]);

/** Frames that are right, nearly right, or noise, in any order. */
const anyFrame = fc.oneof(
  fc.record({
    type: fc.integer({ min: 0, max: 11 }),
    flags: fc.integer({ min: 0, max: 255 }),
    streamId: fc.integer({ min: 0, max: 9 }),
    payload: fc.uint8Array({ maxLength: 40 }),
  }),
  fc.record({
    type: fc.constant(FrameType.headers),
    flags: fc.constantFrom(FrameFlag.endHeaders, FrameFlag.endHeaders | FrameFlag.endStream, 0),
    streamId: fc.constantFrom(1, 3, 5, 7, 9),
    payload: fc.constant(request),
  }),
  fc.record({
    type: fc.constant(FrameType.data),
    flags: fc.constantFrom(0, FrameFlag.endStream),
    streamId: fc.constantFrom(1, 3, 5, 7, 9),
    payload: fc.constantFrom(frame('x'), frame('y').subarray(0, 3), frame('z', 1), Buffer.alloc(0)),
  }),
);

test('whatever frames a peer sends, the others are served', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyFrame, { maxLength: 30 }), async (frames) => {
      const connection = new RawConnection(server.address, false);
      connection.send(CLIENT_PREFACE, frameBytes(FrameType.settings, 0, 0));
      connection.send(
        ...frames.map(({ type, flags, streamId, payload }) => frameBytes(type, flags, streamId, payload)),
      );
      await until(() => connection.text.length > 0);
      expect((await bystander.call('/test.Service/Echo', 'fine')).message).toBe('fine');
      connection.destroy();
      await connection.closed;
    }),
    { numRuns: 200 },
  );
  await until(() => server.callsInFlight === 0);
});

test('whatever bytes a peer sends after the preface, the others are served', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      const connection = new RawConnection(server.address, false);
      connection.send(CLIENT_PREFACE, frameBytes(FrameType.settings, 0, 0), bytes);
      await until(() => connection.text.length > 0);
      expect((await bystander.call('/test.Service/Echo', 'fine')).message).toBe('fine');
      connection.destroy();
      await connection.closed;
    }),
    { numRuns: 100 },
  );
});
