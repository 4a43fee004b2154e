// Many unary calls over one gRPC stream, in batches: for clients that ask for it, see docs/decisions/0009-call-stream.md.
// It owns the server's side of such a stream; it must not know what any method does.
export { CallStream, type CallStreamHost } from './call-stream.js';
export { type CallStreamLimits, DEFAULT_CALL_STREAM_LIMITS } from './limits.js';
