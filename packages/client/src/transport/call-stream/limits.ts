/** The bounds of the caller's side of a call stream. */
export const CALL_STREAM_LIMITS = {
  /** How long a server has to answer the hello; after that it is taken for one that has no call stream. */
  handshakeTimeoutMs: 5_000,
  /** Calls that wait to be sent, while the server does not read; more are refused. */
  maxUnsentBytes: 67_108_864,
  /** What an answer may have at most. */
  maxResponseBytes: 134_217_728,
  /** Answers that are handed out in one turn of the event loop, before what follows from them is sent. */
  answersPerTurn: 64,
  /** What the server may send before we acknowledge it: on the stream, and in one HTTP/2 frame. */
  windowBytes: 8_388_608,
  maxHttp2FrameBytes: 1_048_576,
  /** The server is pinged this often... */
  keepaliveIntervalMs: 30_000,
  /** ...and taken for dead when it does not answer for so long. */
  keepaliveTimeoutMs: 15_000,
} as const;
