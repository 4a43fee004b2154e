import { hasBytesAt } from '../same-bytes.js';

/** Messages that are longer hardly come twice, and would cost memory. */
const MAX_MESSAGE_BYTES = 4096;
const MAX_MESSAGES = 8;
/** Checksum and size, at the end of what gzip makes: they tell messages apart. */
const CHECKSUM_FROM_END = 8;

interface Repeated {
  readonly compressed: Uint8Array;
  readonly inflated: Uint8Array;
}

/**
 * What compressed messages of one method on one connection hold, if they come again and again: a worker sends the same few polls
 * all its life. A message is kept when it comes the second time soon after the first.
 */
export class RepeatedMessages {
  private readonly kept: Repeated[] = [];
  /** Checksums of the latest messages that were not known. */
  private readonly seenOnce = new Array<number>(MAX_MESSAGES).fill(-1);
  private nextSeen = 0;
  private nextKept = 0;

  /** What a message holds, if that is known. The bytes are shared: nobody may change them. */
  find(compressed: Uint8Array): Uint8Array | undefined {
    for (const repeated of this.kept)
      if (repeated.compressed.length === compressed.length && hasBytesAt(compressed, 0, repeated.compressed))
        return repeated.inflated;
    return undefined;
  }

  /** Tells what a message that was not known holds. */
  note(compressed: Uint8Array, inflated: Uint8Array): void {
    if (compressed.length > MAX_MESSAGE_BYTES || inflated.length > MAX_MESSAGE_BYTES) return;
    const checksum = checksumOf(compressed);
    if (!this.seenOnce.includes(checksum)) {
      this.seenOnce[this.nextSeen] = checksum;
      this.nextSeen = (this.nextSeen + 1) % MAX_MESSAGES;
      return;
    }
    this.kept[this.nextKept] = { compressed: Uint8Array.from(compressed), inflated };
    this.nextKept = (this.nextKept + 1) % MAX_MESSAGES;
  }
}

function checksumOf(compressed: Uint8Array): number {
  const at = Math.max(0, compressed.length - CHECKSUM_FROM_END);
  let checksum = 0;
  for (let index = at; index < at + 4; index++) checksum = (checksum << 8) | (compressed[index] ?? 0);
  return checksum >>> 0;
}
