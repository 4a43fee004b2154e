import { ErrorCode } from './constants.js';
import { ConnectionError, StreamError } from './errors.js';

/** @throws ConnectionError FRAME_SIZE_ERROR when a frame of fixed length has another. */
export function requireLength(length: number, expected: number, frame: string): void {
  if (length !== expected) throw new ConnectionError(ErrorCode.frameSizeError, `${frame} has a wrong length`);
}

/** @throws ConnectionError PROTOCOL_ERROR when a frame about the connection names a stream. */
export function requireConnectionStream(streamId: number, frame: string): void {
  if (streamId !== 0) throw new ConnectionError(ErrorCode.protocolError, `${frame} on a stream`);
}

/** The peer ignored flow control. */
export function windowExceeded(): ConnectionError {
  return new ConnectionError(ErrorCode.flowControlError, 'the peer sent more than a flow-control window allows');
}

/** The peer sent more or less than it announced. */
export function wrongLength(streamId: number): StreamError {
  return new StreamError(streamId, ErrorCode.protocolError, 'the body differs from content-length');
}
