/** Frame types of RFC 9113, section 6. */
export const FrameType = {
  data: 0x0,
  headers: 0x1,
  priority: 0x2,
  resetStream: 0x3,
  settings: 0x4,
  pushPromise: 0x5,
  ping: 0x6,
  goAway: 0x7,
  windowUpdate: 0x8,
  continuation: 0x9,
} as const;

/** Frame flags of RFC 9113. `ack` and `endStream` share a bit: which one it is depends on the frame type. */
export const FrameFlag = {
  ack: 0x1,
  endStream: 0x1,
  endHeaders: 0x4,
  padded: 0x8,
  priority: 0x20,
} as const;

/** Identifiers of settings, RFC 9113, section 6.5.2. */
export const Setting = {
  headerTableSize: 0x1,
  enablePush: 0x2,
  maxConcurrentStreams: 0x3,
  initialWindowSize: 0x4,
  maxFrameSize: 0x5,
  maxHeaderListSize: 0x6,
} as const;

/** Error codes of RFC 9113, section 7. */
export const ErrorCode = {
  noError: 0x0,
  protocolError: 0x1,
  internalError: 0x2,
  flowControlError: 0x3,
  settingsTimeout: 0x4,
  streamClosed: 0x5,
  frameSizeError: 0x6,
  refusedStream: 0x7,
  cancel: 0x8,
  compressionError: 0x9,
  connectError: 0xa,
  enhanceYourCalm: 0xb,
  inadequateSecurity: 0xc,
  http11Required: 0xd,
} as const;

/** The bytes that open every HTTP/2 connection, RFC 9113, section 3.4. */
export const CLIENT_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** Length of a frame's header. */
export const FRAME_HEADER_BYTES = 9;

/** The frame size every endpoint accepts, and the only one we accept. */
export const DEFAULT_MAX_FRAME_BYTES = 16_384;

/** The flow-control window before any setting or update. */
export const DEFAULT_WINDOW_BYTES = 65_535;

/** No window may grow beyond this (2^31 - 1). */
export const MAX_WINDOW_BYTES = 0x7fff_ffff;

/** Stream identifiers are 31 bits wide. */
export const MAX_STREAM_ID = 0x7fff_ffff;
