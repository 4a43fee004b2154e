/** Frame types of RFC 9113, section 6, as far as a client with one request has to know them. */
export const FrameType = {
  data: 0x0,
  headers: 0x1,
  resetStream: 0x3,
  settings: 0x4,
  pushPromise: 0x5,
  ping: 0x6,
  goAway: 0x7,
  windowUpdate: 0x8,
} as const;

/** Frame flags. `ack` and `endStream` share a bit: which one it is depends on the type. */
export const FrameFlag = { ack: 0x1, endStream: 0x1, endHeaders: 0x4, padded: 0x8 } as const;

/** Identifiers of settings, section 6.5.2. */
export const Setting = { enablePush: 0x2, initialWindowSize: 0x4, maxFrameSize: 0x5 } as const;

/** Length of a frame's header. */
export const FRAME_HEADER_BYTES = 9;
/** What a peer accepts before it has said anything else. */
export const DEFAULT_MAX_FRAME_BYTES = 16_384;
/** The flow-control window before any setting or update. */
export const DEFAULT_WINDOW_BYTES = 65_535;

const CLIENT_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const SETTING_BYTES = 6;

/** Writes a frame's header at the beginning of a buffer. */
export function writeFrameHeader(
  into: Buffer,
  payloadBytes: number,
  type: number,
  flags: number,
  streamId: number,
): void {
  into.writeUIntBE(payloadBytes, 0, 3);
  into[3] = type;
  into[4] = flags;
  into.writeUInt32BE(streamId, 5);
}

/** A whole frame, in memory of its own. */
export function frame(type: number, flags: number, streamId: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(FRAME_HEADER_BYTES + payload.length);
  writeFrameHeader(bytes, payload.length, type, flags, streamId);
  bytes.set(payload, FRAME_HEADER_BYTES);
  return bytes;
}

/** A frame that lets the peer send so much more on a stream, or on the connection (0). */
export function windowUpdate(streamId: number, bytes: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(bytes);
  return frame(FrameType.windowUpdate, 0, streamId, payload);
}

/** What a connection begins with: the preface, our settings, and a window for it as large as that of its stream. */
export function opening(windowBytes: number, maxFrameBytes: number): Buffer {
  const settings: readonly (readonly [identifier: number, value: number])[] = [
    [Setting.enablePush, 0],
    [Setting.initialWindowSize, windowBytes],
    [Setting.maxFrameSize, maxFrameBytes],
  ];
  const payload = Buffer.alloc(settings.length * SETTING_BYTES);
  for (const [index, [identifier, value]] of settings.entries()) {
    payload.writeUInt16BE(identifier, index * SETTING_BYTES);
    payload.writeUInt32BE(value, index * SETTING_BYTES + 2);
  }
  const ours = frame(FrameType.settings, 0, 0, payload);
  return Buffer.concat([CLIENT_PREFACE, ours, windowUpdate(0, windowBytes - DEFAULT_WINDOW_BYTES)]);
}

/** Settings of the peer, as identifier and value. */
export function* settingsIn(payload: Buffer): Generator<readonly [identifier: number, value: number]> {
  for (let at = 0; at + SETTING_BYTES <= payload.length; at += SETTING_BYTES) {
    yield [payload.readUInt16BE(at), payload.readUInt32BE(at + 2)];
  }
}

/** The head of a gRPC request (RFC 7541), of literals that are not to be remembered: it is sent once. */
export function requestHead(scheme: 'http' | 'https', authority: string, path: string): Buffer {
  const fields = [':method', 'POST', ':scheme', scheme, ':path', path, ':authority', authority];
  fields.push('content-type', 'application/grpc', 'te', 'trailers');
  const parts: Buffer[] = [];
  for (let at = 0; at < fields.length; at += 2) {
    parts.push(Buffer.of(0), headerString(fields[at] ?? ''), headerString(fields[at + 1] ?? ''));
  }
  return Buffer.concat(parts);
}

/** RFC 7541, sections 5.1 and 5.2. */
function headerString(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  const longest = 0x7f;
  if (bytes.length < longest) return Buffer.concat([Buffer.of(bytes.length), bytes]);
  const length = [longest];
  let rest = bytes.length - longest;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) length.push((rest & 0x7f) | 0x80);
  length.push(rest);
  return Buffer.concat([Buffer.from(length), bytes]);
}
