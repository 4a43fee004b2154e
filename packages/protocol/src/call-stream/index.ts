/**
 * Owns the frames of the call stream: many unary calls over one bidirectional gRPC stream, in batches.
 * Must not know sockets, or what any method means. See docs/decisions/0009-call-stream.md.
 */
export { CallerFrameDecoder, CallerFrameEncoder } from './caller-frames.js';
export type { CallerFrameSink, CallFrame, CallMetadata } from './caller-frames.js';
export { BATCH_BYTES, BATCH_OVERHEAD_BYTES, CALL_STREAM_PATH, CALL_STREAM_VERSION } from './constants.js';
export { CallStreamError } from './errors.js';
export { FrameWriter } from './frame-writer.js';
export { MessageSplitter } from './message-splitter.js';
export { readServerFrames, ServerFrameEncoder } from './server-frames.js';
export type { CallError, ServerFrameSink, StreamTerms } from './server-frames.js';
