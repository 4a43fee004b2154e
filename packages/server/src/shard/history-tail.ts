const ENTRY_TAG = 0x0a;
const VARINT_CONTINUES = 0x80;
const FIRST_CAPACITY_BYTES = 512;
const NO_BYTES = new Uint8Array(0);

/** Frames an encoded event as an entry of `temporal.api.history.v1.History.events`. */
export function frameEvent(event: Uint8Array): Uint8Array {
  const framed = new Uint8Array(framedSizeBytes(event));
  writeFrame(event, framed, 0);
  return framed;
}

function framedSizeBytes(event: Uint8Array): number {
  return 1 + varintLength(event.length) + event.length;
}

function writeFrame(event: Uint8Array, target: Uint8Array, offset: number): void {
  target[offset] = ENTRY_TAG;
  let rest = event.length;
  let at = offset + 1;
  while (rest >= VARINT_CONTINUES) {
    target[at++] = (rest & 0x7f) | VARINT_CONTINUES;
    rest >>>= 7;
  }
  target[at++] = rest;
  target.set(event, at);
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) length += 1;
  return length;
}

/**
 * The newest events of a run, framed, in memory. What is not in the store yet is always here; older events stay as
 * long as they are small enough to be worth it.
 *
 * They stand one after another in one piece of memory: a piece for each would cost more than most events. What was handed out
 * is never written to again: events are added behind it, and what grows or shrinks moves to another piece.
 */
export class HistoryTail {
  private bytes = NO_BYTES;
  /** Where each event held begins. */
  private starts: number[] = [];
  private end = 0;

  constructor(
    /** Id of the first event held, or of the next one if none is held. */
    private first: number,
  ) {}

  get firstEventId(): number {
    return this.first;
  }

  get nextEventId(): number {
    return this.first + this.starts.length;
  }

  get sizeBytes(): number {
    return this.end;
  }

  append(event: Uint8Array): void {
    const sizeBytes = framedSizeBytes(event);
    if (this.end + sizeBytes > this.bytes.length) {
      this.moveTo(Math.max(FIRST_CAPACITY_BYTES, 2 * this.bytes.length, this.end + sizeBytes), 0);
    }
    writeFrame(event, this.bytes, this.end);
    this.starts.push(this.end);
    this.end += sizeBytes;
  }

  /** Entries of events `from` to `to`, both included, in one stretch; both must be held. Empty if `to` comes before `from`. */
  slice(from: number, to: number): Uint8Array {
    return from > to ? NO_BYTES : this.bytes.subarray(this.startOf(from), this.startOf(to + 1));
  }

  /** The last event such that those from `from` on take no more than `maxBytes`; `from - 1` if not even one fits. */
  lastWithin(from: number, to: number, maxBytes: number): number {
    const start = this.startOf(from);
    let last = to;
    while (last >= from && this.startOf(last + 1) - start > maxBytes) last -= 1;
    return last;
  }

  /** Drops the oldest events, none of them after `through`, until no more than `keepBytes` are left. */
  trim(through: number, keepBytes: number): void {
    let first = this.first;
    while (first < this.nextEventId && first <= through && this.end - this.startOf(first) > keepBytes) first += 1;
    if (first === this.first) return;
    const dropped = this.startOf(first);
    this.starts = this.starts.slice(first - this.first).map((start) => start - dropped);
    this.first = first;
    this.moveTo(this.end - dropped, dropped);
  }

  private startOf(eventId: number): number {
    return this.starts[eventId - this.first] ?? this.end;
  }

  private moveTo(capacityBytes: number, from: number): void {
    const moved = new Uint8Array(capacityBytes);
    moved.set(this.bytes.subarray(from, this.end));
    this.bytes = moved;
    this.end -= from;
  }
}
