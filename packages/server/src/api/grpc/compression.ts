import { promisify } from 'node:util';
import { crc32, deflate, gunzip, gunzipSync, gzip, inflate, inflateSync } from 'node:zlib';

import { ServiceError } from '../service-error.js';
import { type FramedMessage, messageTooLarge } from './message-reader.js';
import { inflateInto } from './small-inflate.js';

/** What we can read, as `grpc-accept-encoding` lists it. */
export const ACCEPTED_ENCODINGS = 'identity,gzip,deflate';

type Encoding = 'gzip' | 'deflate';

/** Compressed messages up to this size are inflated at once, larger ones on the thread pool. */
const SYNCHRONOUS_LIMIT_BYTES = 16_384;

/** Replies smaller than this are not worth compressing, even for a caller that compresses. */
const WORTHWHILE_RESPONSE_BYTES = 16_384;

const gunzipLater = promisify(gunzip);
const inflateLater = promisify(inflate);
const gzipLater = promisify(gzip);
const deflateLater = promisify(deflate);

/** Whether we can read what a caller announces. */
export function isKnownEncoding(encoding: string): boolean {
  return encoding === 'identity' || isCompression(encoding);
}

/**
 * The bytes of a message, inflated when it was compressed; a promise only when that takes a while.
 *
 * @throws ServiceError RESOURCE_EXHAUSTED beyond `maxMessageBytes`, INTERNAL for corrupt data.
 */
export function inflateMessage(
  message: FramedMessage,
  encoding: string,
  maxMessageBytes: number,
): Uint8Array | Promise<Uint8Array> {
  if (!message.isCompressed) return message.bytes;
  if (!isCompression(encoding)) {
    throw new ServiceError('INTERNAL', 'the message is compressed, but grpc-encoding names no compression');
  }
  const limits = { maxOutputLength: Math.max(1, maxMessageBytes) };
  if (message.bytes.length > SYNCHRONOUS_LIMIT_BYTES) {
    const later = encoding === 'gzip' ? gunzipLater : inflateLater;
    return later(message.bytes, limits).catch((error: unknown) => {
      throw inflateError(error, encoding, maxMessageBytes);
    });
  }
  if (encoding === 'gzip') {
    const inflated = gunzipSmall(message.bytes, maxMessageBytes);
    if (inflated !== undefined) return inflated;
  }
  try {
    return encoding === 'gzip' ? gunzipSync(message.bytes, limits) : inflateSync(message.bytes, limits);
  } catch (error) {
    throw inflateError(error, encoding, maxMessageBytes);
  }
}

/** What says of itself that it is larger is left to zlib. */
const SMALL_RESULT_BYTES = 65_536;
const GZIP_HEADER_BYTES = 10;
const GZIP_TRAILER_BYTES = 8;

/**
 * Inflates a small message without zlib, whose streams take 50 KB beyond the heap each, and are left to the garbage collector: most of what
 * inflating such a message costs. `undefined` where it is not what a client of gRPC sends: zlib then says what is wrong.
 */
function gunzipSmall(bytes: Uint8Array, maxMessageBytes: number): Uint8Array | undefined {
  const end = bytes.length - GZIP_TRAILER_BYTES;
  if (end <= GZIP_HEADER_BYTES || !hasPlainHeader(bytes)) return undefined;
  const sizeBytes = littleEndian(bytes, end + 4);
  if (sizeBytes > Math.min(maxMessageBytes, SMALL_RESULT_BYTES)) return undefined;
  const inflated = Buffer.allocUnsafe(sizeBytes);
  const isWhole = inflateInto(bytes, GZIP_HEADER_BYTES, end, inflated) && crc32(inflated) === littleEndian(bytes, end);
  return isWhole ? inflated : undefined;
}

/** Whether it begins as gzip does (RFC 1952), with nothing optional: no name, no comment. */
function hasPlainHeader(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8 && bytes[3] === 0;
}

function littleEndian(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
  return (low | ((bytes[at + 3] as number) << 24)) >>> 0;
}

/** Whether a reply is compressed: only for callers that compress, and only when it is large. */
export function isWorthCompressing(encoding: string, sizeBytes: number): boolean {
  return isCompression(encoding) && sizeBytes >= WORTHWHILE_RESPONSE_BYTES;
}

/** Compresses a reply as its caller compressed the request. */
export async function deflateMessage(chunks: readonly Uint8Array[], encoding: string): Promise<Uint8Array> {
  const whole = Buffer.concat(chunks);
  return encoding === 'gzip' ? gzipLater(whole) : deflateLater(whole);
}

function isCompression(encoding: string): encoding is Encoding {
  return encoding === 'gzip' || encoding === 'deflate';
}

function inflateError(error: unknown, encoding: string, maxMessageBytes: number): ServiceError {
  if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
    return messageTooLarge(`more than ${maxMessageBytes}`, maxMessageBytes);
  }
  return new ServiceError('INTERNAL', `the message is not valid ${encoding} data`);
}
