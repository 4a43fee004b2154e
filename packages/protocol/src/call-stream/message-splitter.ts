import { MESSAGE_PREFIX_BYTES } from './constants.js';
import { CallStreamError } from './errors.js';

/** Cuts the body of a gRPC stream, in pieces of any size, into its messages. */
export class MessageSplitter {
  private pieces: Uint8Array[] = [];
  private held = 0;
  /** What has to be there before it is worth looking again. */
  private wanted = MESSAGE_PREFIX_BYTES;

  /** @param maxMessageBytes what a message may have at most */
  constructor(private readonly maxMessageBytes: number) {}

  /** Whether part of a message is here. */
  get isInsideMessage(): boolean {
    return this.held > 0;
  }

  /** Hands every message that is complete to `receive`. @throws CallStreamError for a malformed or too large one */
  push(piece: Uint8Array, receive: (message: Uint8Array) => void): void {
    let bytes = piece;
    if (this.held > 0) {
      this.pieces.push(piece);
      this.held += piece.length;
      if (this.held < this.wanted) return;
      bytes = joined(this.pieces, this.held);
    }
    let at = 0;
    this.wanted = MESSAGE_PREFIX_BYTES;
    while (bytes.length - at >= MESSAGE_PREFIX_BYTES) {
      const end = at + MESSAGE_PREFIX_BYTES + this.lengthAt(bytes, at);
      if (end > bytes.length) {
        this.wanted = end - at;
        break;
      }
      receive(bytes.subarray(at + MESSAGE_PREFIX_BYTES, end));
      at = end;
    }
    this.held = bytes.length - at;
    this.pieces = this.held > 0 ? [bytes.subarray(at)] : [];
  }

  private lengthAt(bytes: Uint8Array, at: number): number {
    if (bytes[at] !== 0) throw new CallStreamError(`a message has the unknown flags ${bytes[at]}`);
    let length = 0;
    for (let index = 1; index < MESSAGE_PREFIX_BYTES; index++) length = length * 0x100 + (bytes[at + index] as number);
    if (length > this.maxMessageBytes) {
      throw new CallStreamError(`a message has ${length} bytes, the limit is ${this.maxMessageBytes}`);
    }
    return length;
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
