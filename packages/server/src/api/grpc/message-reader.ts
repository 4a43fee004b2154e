import { ServiceError } from '../service-error.js';

/** A message as it travelled. */
export interface FramedMessage {
  readonly isCompressed: boolean;
  readonly bytes: Uint8Array;
}

/** One flag byte and a length of four, before each message. */
export const MESSAGE_PREFIX_BYTES = 5;

/** A message that is small beside the network buffer it came in is copied, lest it keep the buffer alive. */
const COPY_BELOW_FRACTION = 1 / 4;
const MAX_COPY_BYTES = 4_096;

/**
 * Reads the single message of a request from pieces of any size. The usual case, one DATA frame that holds exactly the
 * message, is neither buffered nor assembled.
 */
export class MessageReader {
  private pieces: Uint8Array[] | undefined;
  private received = 0;
  private message: FramedMessage | undefined;

  constructor(private readonly maxMessageBytes: number) {}

  /** Bytes held for an unfinished message. */
  get bufferedBytes(): number {
    return this.pieces === undefined ? 0 : this.received;
  }

  /** @throws ServiceError for a message that is too large, or a second one. */
  push(bytes: Uint8Array): void {
    if (this.message !== undefined) throw secondMessage();
    if (this.pieces === undefined && this.takeWhole(bytes)) return;
    this.pieces ??= [];
    this.pieces.push(bytes);
    this.received += bytes.length;
    if (this.received < MESSAGE_PREFIX_BYTES) return;
    const head = this.joinHead();
    const length = this.checkedLength(head);
    if (this.received < MESSAGE_PREFIX_BYTES + length) return;
    const whole = this.pieces.length === 1 ? head : Buffer.concat(this.pieces);
    this.pieces = undefined;
    this.received = 0;
    this.finish(whole, length);
  }

  /** The message of a request whose last byte was pushed. @throws ServiceError INTERNAL when it is missing or cut off. */
  end(): FramedMessage {
    if (this.message !== undefined) return this.message;
    const fault = this.pieces === undefined ? 'the request has no message' : 'the request ends inside a message';
    throw new ServiceError('INTERNAL', `${fault}: a call has exactly one`);
  }

  private takeWhole(bytes: Uint8Array): boolean {
    if (bytes.length < MESSAGE_PREFIX_BYTES) return false;
    const length = this.checkedLength(bytes);
    if (bytes.length < MESSAGE_PREFIX_BYTES + length) return false;
    this.finish(bytes, length);
    return true;
  }

  private finish(bytes: Uint8Array, length: number): void {
    if (bytes.length > MESSAGE_PREFIX_BYTES + length) throw secondMessage();
    const isCompressed = bytes[0] === 1;
    if (!isCompressed && bytes[0] !== 0) {
      throw new ServiceError('INTERNAL', `the message prefix has the unknown flags ${bytes[0]}`);
    }
    const body = bytes.subarray(MESSAGE_PREFIX_BYTES);
    const isSmall = length <= MAX_COPY_BYTES && length < body.buffer.byteLength * COPY_BELOW_FRACTION;
    // What is compressed is read now, and the result is a copy already.
    this.message = { isCompressed, bytes: isSmall && !isCompressed ? Buffer.from(body) : body };
  }

  /** At least the prefix in one piece. */
  private joinHead(): Uint8Array {
    const [first] = this.pieces ?? [];
    if (this.pieces === undefined || first === undefined) return new Uint8Array(0);
    if (first.length >= MESSAGE_PREFIX_BYTES) return first;
    const joined = Buffer.concat(this.pieces);
    this.pieces = [joined];
    return joined;
  }

  private checkedLength(bytes: Uint8Array): number {
    const length =
      (bytes[1] as number) * 0x100_0000 +
      (((bytes[2] as number) << 16) | ((bytes[3] as number) << 8) | (bytes[4] as number));
    if (length > this.maxMessageBytes) throw messageTooLarge(length, this.maxMessageBytes);
    return length;
  }
}

/** A message's bytes behind their prefix. */
export function framed(chunks: readonly Uint8Array[], isCompressed: boolean): readonly Uint8Array[] {
  const prefix = Buffer.allocUnsafe(MESSAGE_PREFIX_BYTES);
  prefix[0] = isCompressed ? 1 : 0;
  prefix.writeUInt32BE(totalLength(chunks), 1);
  return [prefix, ...chunks];
}

/** The length of chunks that form one message. */
export function totalLength(chunks: readonly Uint8Array[]): number {
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  return length;
}

/** What the sender of too large a message is told. */
export function messageTooLarge(length: number | string, maxMessageBytes: number): ServiceError {
  const message = `the request message has ${length} bytes, the limit is ${maxMessageBytes}`;
  return new ServiceError('RESOURCE_EXHAUSTED', message);
}

function secondMessage(): ServiceError {
  return new ServiceError('INTERNAL', 'the request has more than one message: a call has exactly one');
}
