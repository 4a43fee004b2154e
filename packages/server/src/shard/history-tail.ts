const ENTRY_TAG = 0x0a;
const VARINT_CONTINUES = 0x80;

/** Frames an encoded event as an entry of `temporal.api.history.v1.History.events`. */
export function frameEvent(event: Uint8Array): Uint8Array {
  const lengthBytes = varintLength(event.length);
  const framed = new Uint8Array(1 + lengthBytes + event.length);
  framed[0] = ENTRY_TAG;
  let rest = event.length;
  let at = 1;
  while (rest >= VARINT_CONTINUES) {
    framed[at++] = (rest & 0x7f) | VARINT_CONTINUES;
    rest >>>= 7;
  }
  framed[at++] = rest;
  framed.set(event, at);
  return framed;
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) length += 1;
  return length;
}

/**
 * The newest events of a run, framed, in memory. What is not in the store yet is always here; older events stay as
 * long as they are small enough to be worth it.
 */
export class HistoryTail {
  private readonly entries: Uint8Array[] = [];
  private bytes = 0;

  constructor(
    /** Id of the first event held, or of the next one if none is held. */
    private first: number,
  ) {}

  get firstEventId(): number {
    return this.first;
  }

  get nextEventId(): number {
    return this.first + this.entries.length;
  }

  get sizeBytes(): number {
    return this.bytes;
  }

  append(event: Uint8Array): void {
    const framed = frameEvent(event);
    this.entries.push(framed);
    this.bytes += framed.length;
  }

  /** Entries of events `from` to `to`, both included; both must be held. */
  slice(from: number, to: number): Uint8Array[] {
    return this.entries.slice(from - this.first, to - this.first + 1);
  }

  /** Drops the oldest events, none of them after `through`, until no more than `keepBytes` are left. */
  trim(through: number, keepBytes: number): void {
    let dropped = 0;
    while (this.bytes > keepBytes && this.first + dropped <= through && dropped < this.entries.length) {
      this.bytes -= this.entries[dropped]?.length ?? 0;
      dropped += 1;
    }
    this.entries.splice(0, dropped);
    this.first += dropped;
  }
}
