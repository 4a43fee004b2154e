import { ErrorCode, FrameFlag, FrameType, MAX_STREAM_ID } from './constants.js';
import { ConnectionError } from './errors.js';
import { HeaderDecoder } from './header-decoder.js';
import type { HeaderList } from './header-list.js';

/** A decoded header block with what its HEADERS frame said. */
export interface HeaderBlock {
  readonly list: HeaderList;
  readonly endStream: boolean;
  /** The frame names its own stream as the one it depends on (RFC 7540, section 5.3.1). */
  readonly selfDependent: boolean;
}

interface Unfinished {
  readonly streamId: number;
  readonly endStream: boolean;
  readonly selfDependent: boolean;
  readonly fragments: Buffer[];
  sizeBytes: number;
}

const PRIORITY_BYTES = 5;

/** Joins HEADERS with its CONTINUATION frames and decodes the whole (RFC 9113, sections 6.2 and 6.10). */
export class HeaderBlockAssembler {
  private readonly decoder = new HeaderDecoder();
  private unfinished: Unfinished | undefined;

  /** `maxBlockBytes` bounds a block as it travels. */
  constructor(private readonly maxBlockBytes: number) {}

  /** Inside a header block only its own CONTINUATION may arrive. @throws ConnectionError PROTOCOL_ERROR */
  checkOrder(type: number, streamId: number): void {
    const isContinuation = type === FrameType.continuation;
    if (this.unfinished === undefined ? isContinuation : !isContinuation || this.unfinished.streamId !== streamId) {
      throw new ConnectionError(ErrorCode.protocolError, 'CONTINUATION frames do not follow their HEADERS frame');
    }
  }

  /** Takes one HEADERS or CONTINUATION frame; returns the block when it is complete. */
  add(
    type: number,
    flags: number,
    streamId: number,
    bytes: Buffer,
    start: number,
    end: number,
  ): HeaderBlock | undefined {
    const isLast = (flags & FrameFlag.endHeaders) !== 0;
    if (type === FrameType.continuation) return this.addContinuation(isLast, bytes.subarray(start, end));
    if (streamId === 0) throw new ConnectionError(ErrorCode.protocolError, 'HEADERS on stream 0');
    let from = start;
    let to = end;
    if ((flags & FrameFlag.padded) !== 0) {
      from = start + 1;
      to = unpaddedEnd(bytes, start, end);
    }
    let selfDependent = false;
    if ((flags & FrameFlag.priority) !== 0) {
      if (to - from < PRIORITY_BYTES) throw new ConnectionError(ErrorCode.frameSizeError, 'HEADERS is too short');
      selfDependent = (bytes.readUInt32BE(from) & MAX_STREAM_ID) === streamId;
      from += PRIORITY_BYTES;
    }
    const endStream = (flags & FrameFlag.endStream) !== 0;
    if (isLast) return { list: this.decoder.decode(bytes, from, to), endStream, selfDependent };
    const fragments = [bytes.subarray(from, to)];
    this.unfinished = { streamId, endStream, selfDependent, fragments, sizeBytes: to - from };
    return undefined;
  }

  private addContinuation(isLast: boolean, fragment: Buffer): HeaderBlock | undefined {
    const { unfinished } = this;
    if (unfinished === undefined) return undefined;
    unfinished.fragments.push(fragment);
    unfinished.sizeBytes += fragment.length;
    if (unfinished.sizeBytes > this.maxBlockBytes || fragment.length === 0) {
      throw new ConnectionError(ErrorCode.enhanceYourCalm, `a header block exceeds ${this.maxBlockBytes} bytes`);
    }
    if (!isLast) return undefined;
    this.unfinished = undefined;
    const block = Buffer.concat(unfinished.fragments);
    const { endStream, selfDependent } = unfinished;
    return { list: this.decoder.decode(block, 0, block.length), endStream, selfDependent };
  }
}

/** The data of a padded frame (RFC 9113, section 6.1). @throws ConnectionError when the padding exceeds the frame. */
export function stripPadding(bytes: Buffer, start: number, end: number): Buffer {
  return bytes.subarray(start + 1, unpaddedEnd(bytes, start, end));
}

function unpaddedEnd(bytes: Buffer, start: number, end: number): number {
  const paddingBytes = bytes[start];
  if (paddingBytes === undefined || start >= end || start + 1 + paddingBytes > end) {
    throw new ConnectionError(ErrorCode.protocolError, 'the padding exceeds the frame');
  }
  return end - paddingBytes;
}
