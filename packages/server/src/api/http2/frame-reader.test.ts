import fc from 'fast-check';
import { expect, test } from 'vitest';

import { frameBytes } from '../testing/raw-connection.js';
import { FrameReader } from './frame-reader.js';

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: string;
}

const frames = fc.array(
  fc.record({
    type: fc.integer({ min: 0, max: 255 }),
    flags: fc.integer({ min: 0, max: 255 }),
    streamId: fc.integer({ min: 0, max: 0x7fff_ffff }),
    payload: fc.stringMatching(/^[a-z]{0,60}$/),
  }),
  { maxLength: 20 },
);

test('frames do not depend on how the bytes were cut', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sent, cuts) => {
      const bytes = Buffer.concat(
        sent.map((frame) => frameBytes(frame.type, frame.flags, frame.streamId, frame.payload)),
      );
      const received: Frame[] = [];
      const reader = new FrameReader({
        onFrame: (type, flags, streamId, buffer, start, end) => {
          received.push({ type, flags, streamId, payload: buffer.toString('latin1', start, end) });
        },
      });
      for (let offset = 0, index = 0; offset < bytes.length; index++) {
        const length = cuts[index % cuts.length] ?? 1;
        reader.push(Buffer.from(bytes.subarray(offset, offset + length)));
        offset += length;
      }
      expect(received).toEqual(sent);
    }),
  );
});
