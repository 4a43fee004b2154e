/** The peer broke the protocol in a way that ends the whole connection (RFC 9113, section 5.4.1). */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';

  /** `code` is one of `ErrorCode`; the message travels as the debug data of GOAWAY. */
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** One stream broke the protocol; the others go on (RFC 9113, section 5.4.2). */
export class StreamError extends Error {
  override readonly name = 'StreamError';

  /** `code` is one of `ErrorCode` and travels in RST_STREAM. */
  constructor(
    readonly streamId: number,
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}
