import { connect, type Socket } from 'node:net';

import { CLIENT_PREFACE, FrameType } from '../http2/constants.js';
import { FrameReader } from '../http2/frame-reader.js';

/** A frame that the server sent. */
export interface ReceivedFrame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** The bytes of a frame, right or wrong. */
export function frameBytes(type: number, flags: number, streamId: number, payload: Uint8Array | string = ''): Buffer {
  const body = Buffer.from(payload as string, 'latin1');
  const header = Buffer.alloc(9);
  header.writeUIntBE(body.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(streamId, 5);
  return Buffer.concat([header, body]);
}

/** A client of bare frames: it can break every rule of HTTP/2. */
export class RawConnection {
  readonly frames: ReceivedFrame[] = [];
  readonly text: Buffer[] = [];
  readonly socket: Socket;
  readonly closed: Promise<void>;
  private readonly waiting = new Set<() => void>();

  /** `speaksHttp2` false leaves what comes back unparsed, in `text`. */
  constructor(address: string, speaksHttp2 = true) {
    const { hostname, port } = new URL(`http://${address}`);
    this.socket = connect(Number(port), hostname);
    this.socket.on('error', () => undefined);
    const reader = new FrameReader({
      onFrame: (type, flags, streamId, bytes, start, end) => {
        this.frames.push({ type, flags, streamId, payload: bytes.subarray(start, end) });
      },
    });
    this.socket.on('data', (chunk) => {
      this.text.push(chunk);
      if (speaksHttp2) reader.push(chunk);
      for (const look of this.waiting) look();
    });
    this.closed = new Promise((resolve) => this.socket.on('close', () => resolve()));
  }

  /** Sends the preface and empty settings. */
  hello(): void {
    this.send(CLIENT_PREFACE, frameBytes(FrameType.settings, 0, 0));
  }

  send(...parts: readonly Uint8Array[]): void {
    this.socket.write(Buffer.concat(parts));
  }

  /** Waits for a frame; a connection that closes first is an error. */
  async next(matches: (frame: ReceivedFrame) => boolean): Promise<ReceivedFrame> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.frames.find(matches);
        if (found === undefined) return;
        this.waiting.delete(look);
        resolve(found);
      };
      this.waiting.add(look);
      void this.closed.then(() => reject(new Error('the connection closed before the expected frame came')));
      look();
    });
  }

  destroy(): void {
    this.socket.destroy();
  }
}
