/** The server, or what stands before it, does not offer the call stream, or not this version of it. */
export class CallStreamUnsupportedError extends Error {
  override readonly name = 'CallStreamUnsupportedError';
}
