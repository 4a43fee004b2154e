import { promisify } from 'node:util';
import { crc32, deflate, gunzip, gunzipSync, gzip, inflate, inflateSync } from 'node:zlib';
import { gunzipSync as gunzipInScript } from '../../inlined/fflate.js';

import { ServiceError } from '../service-error.js';
import { type FramedMessage, messageTooLarge } from './message-reader.js';

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

const GZIP_TRAILER_BYTES = 8;

/**
 * Inflates a small message without zlib, whose streams take 50 KB beyond the heap each, and are left to the garbage collector: most of what
 * inflating such a message costs. `undefined` where it is not what a client of gRPC sends: zlib then says what is wrong.
 */
function gunzipSmall(bytes: Uint8Array, maxMessageBytes: number): Uint8Array | undefined {
  if (bytes.length <= GZIP_TRAILER_BYTES) return undefined;
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - GZIP_TRAILER_BYTES);
  const sizeBytes = trailer.getUint32(4, true);
  if (sizeBytes > maxMessageBytes) return undefined;
  try {
    // What does not fit into `out` is left out, and the checksum is not right.
    const inflated = gunzipInScript(bytes, { out: new Uint8Array(sizeBytes) });
    const isWhole = inflated.length === sizeBytes && crc32(inflated) === trailer.getUint32(0, true);
    return isWhole ? inflated : undefined;
  } catch {
    return undefined;
  }
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
