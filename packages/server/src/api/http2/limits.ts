/** The bounds of an HTTP/2 server. */
export interface Http2Limits {
  /** Streams open at once on a connection; a held long poll is one. */
  readonly maxConcurrentStreams: number;
  /** What a peer may send on a stream, and on a connection, before we acknowledge it. */
  readonly streamWindowBytes: number;
  readonly connectionWindowBytes: number;
  /** Size of a header block, as it travels and also decompressed. */
  readonly maxHeaderBlockBytes: number;
  /** Unsent output beyond which a connection is not read from. */
  readonly maxOutputBacklogBytes: number;
  /** How long a new connection has to say that it speaks HTTP/2. */
  readonly handshakeTimeoutMs: number;
  /** A peer that holds streams and was silent for so long is sent a PING... */
  readonly keepaliveIntervalMs: number;
  /** ...and is taken for dead when nothing comes back for so long. */
  readonly keepaliveTimeoutMs: number;
  /** How often the three times above are looked at. */
  readonly livenessCheckIntervalMs: number;
}

/** Generous to clients that behave, bounded for those that do not. */
export const DEFAULT_HTTP2_LIMITS: Http2Limits = {
  maxConcurrentStreams: 100_000,
  streamWindowBytes: 1_048_576,
  connectionWindowBytes: 16_777_216,
  maxHeaderBlockBytes: 65_536,
  maxOutputBacklogBytes: 33_554_432,
  handshakeTimeoutMs: 10_000,
  keepaliveIntervalMs: 60_000,
  keepaliveTimeoutMs: 20_000,
  livenessCheckIntervalMs: 5_000,
};
