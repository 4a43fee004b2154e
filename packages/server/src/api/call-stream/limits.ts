/** The bounds of a call stream. */
export interface CallStreamLimits {
  /** Calls under way at once on a stream; a held long poll is one. */
  readonly maxConcurrentCalls: number;
  /** Unsent answers beyond which no more calls are read. */
  readonly maxAnswerBacklogBytes: number;
}

/** As generous as unary calls are on one connection. */
export const DEFAULT_CALL_STREAM_LIMITS: CallStreamLimits = {
  maxConcurrentCalls: 100_000,
  maxAnswerBacklogBytes: 8_388_608,
};
