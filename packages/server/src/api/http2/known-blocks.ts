import { hasBytesAt } from '../same-bytes.js';
import type { HeaderList } from './header-list.js';

/** Blocks that are longer hardly come twice: what repeats is sent as indexes of a byte or two. */
const MAX_BLOCK_BYTES = 512;
const MAX_BLOCKS = 64;

interface KnownBlock {
  readonly bytes: Buffer;
  readonly list: HeaderList;
}

/**
 * Header blocks of one connection by their bytes. A client sends the same block with every call of a method, and it stands for
 * the same fields for as long as the index table does not change.
 */
export class KnownBlocks {
  private readonly byLength = new Map<number, KnownBlock[]>();
  private count = 0;

  /** What this block stands for, if it is known. */
  find(bytes: Buffer, start: number, end: number): HeaderList | undefined {
    if (this.count === 0) return undefined;
    const candidates = this.byLength.get(end - start);
    if (candidates === undefined) return undefined;
    for (const known of candidates) if (hasBytesAt(bytes, start, known.bytes)) return known.list;
    return undefined;
  }

  /** Remembers a block that left the table as it was. */
  add(bytes: Buffer, start: number, end: number, list: HeaderList): void {
    const length = end - start;
    if (length > MAX_BLOCK_BYTES) return;
    if (this.count === MAX_BLOCKS) this.clear();
    const known = { bytes: Buffer.from(bytes.subarray(start, end)), list };
    const sameLength = this.byLength.get(length);
    if (sameLength === undefined) this.byLength.set(length, [known]);
    else sameLength.push(known);
    this.count++;
  }

  /** The table has changed: the same bytes may stand for other fields now. */
  clear(): void {
    if (this.count === 0) return;
    this.byLength.clear();
    this.count = 0;
  }
}
