import { DEFAULT_WINDOW_BYTES, FrameFlag, FrameType, Setting } from './constants.js';
import type { Http2Limits } from './limits.js';
import type { OutputQueue } from './output-queue.js';

const SETTING_BYTES = 6;
const NO_PAYLOAD = Buffer.alloc(0);
const PING_PAYLOAD = Buffer.alloc(8);

/** Writes the frames that carry no request or response. */
export class ControlFrames {
  constructor(private readonly output: OutputQueue) {}

  /** Our settings, and the connection's window, which no setting can change. */
  settings(limits: Http2Limits): void {
    const settings: readonly (readonly [identifier: number, value: number])[] = [
      [Setting.maxConcurrentStreams, limits.maxConcurrentStreams],
      [Setting.initialWindowSize, limits.streamWindowBytes],
      [Setting.maxHeaderListSize, limits.maxHeaderBlockBytes],
    ];
    const payload = Buffer.alloc(settings.length * SETTING_BYTES);
    settings.forEach(([identifier, value], index) => {
      payload.writeUInt16BE(identifier, index * SETTING_BYTES);
      payload.writeUInt32BE(value, index * SETTING_BYTES + 2);
    });
    this.output.frame(FrameType.settings, 0, 0, payload);
    this.windowUpdate(0, limits.connectionWindowBytes - DEFAULT_WINDOW_BYTES);
  }

  settingsAck(): void {
    this.output.frame(FrameType.settings, FrameFlag.ack, 0, NO_PAYLOAD);
  }

  ping(): void {
    this.output.frame(FrameType.ping, 0, 0, PING_PAYLOAD);
  }

  pingAck(payload: Uint8Array): void {
    this.output.frame(FrameType.ping, FrameFlag.ack, 0, payload);
  }

  /** Allows the peer more bytes on a stream, or on the connection (0). */
  windowUpdate(streamId: number, bytes: number): void {
    this.output.frameHeader(4, FrameType.windowUpdate, 0, streamId);
    this.output.uint32(bytes);
  }

  resetStream(streamId: number, errorCode: number): void {
    this.output.frameHeader(4, FrameType.resetStream, 0, streamId);
    this.output.uint32(errorCode);
  }

  /** Streams above `lastStreamId` were not and will not be looked at. */
  goAway(lastStreamId: number, errorCode: number, debug: string): void {
    const data = Buffer.from(debug, 'latin1');
    this.output.frameHeader(8 + data.length, FrameType.goAway, 0, 0);
    this.output.uint32(lastStreamId);
    this.output.uint32(errorCode);
    this.output.payload(data);
  }
}
