import { DEFAULT_MAX_FRAME_BYTES, ErrorCode, MAX_WINDOW_BYTES, Setting } from './constants.js';
import { ConnectionError } from './errors.js';

/** The settings of a peer that matter to a server which pushes nothing and encodes headers without a dynamic table. */
export interface PeerSettings {
  readonly initialWindowBytes: number | undefined;
  readonly maxFrameBytes: number | undefined;
}

const SETTING_BYTES = 6;
const LARGEST_MAX_FRAME_BYTES = 0xff_ffff;

/** Reads the payload of a SETTINGS frame (RFC 9113, section 6.5). @throws ConnectionError for values it forbids. */
export function readSettings(bytes: Buffer, start: number, end: number): PeerSettings {
  if ((end - start) % SETTING_BYTES !== 0) {
    throw new ConnectionError(ErrorCode.frameSizeError, 'SETTINGS has a wrong length');
  }
  let initialWindowBytes: number | undefined;
  let maxFrameBytes: number | undefined;
  for (let offset = start; offset < end; offset += SETTING_BYTES) {
    const value = bytes.readUInt32BE(offset + 2);
    switch (bytes.readUInt16BE(offset)) {
      case Setting.enablePush:
        if (value > 1) throw new ConnectionError(ErrorCode.protocolError, 'SETTINGS_ENABLE_PUSH is not 0 or 1');
        break;
      case Setting.initialWindowSize:
        if (value > MAX_WINDOW_BYTES) {
          throw new ConnectionError(ErrorCode.flowControlError, 'SETTINGS_INITIAL_WINDOW_SIZE is too large');
        }
        initialWindowBytes = value;
        break;
      case Setting.maxFrameSize:
        if (value < DEFAULT_MAX_FRAME_BYTES || value > LARGEST_MAX_FRAME_BYTES) {
          throw new ConnectionError(ErrorCode.protocolError, 'SETTINGS_MAX_FRAME_SIZE is out of range');
        }
        maxFrameBytes = value;
        break;
      default:
        break;
    }
  }
  return { initialWindowBytes, maxFrameBytes };
}
