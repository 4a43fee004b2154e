import { posixTimeZone } from './posix-time-zone.js';
import type { TimeZone } from './time-zone.js';

const MAGIC = 0x545a_6966;
const HEADER_BYTES = 44;
const COUNTS_AT = 20;
const TYPE_BYTES = 6;
const MAX_CHANGES = 10_000;
const MAX_FOOTER_BYTES = 200;

/** What a block of a file holds, and where. */
interface Block {
  readonly begin: number;
  readonly end: number;
  readonly changes: number;
  readonly types: number;
}

/** Zones as files of the IANA database have them (RFC 9636, versions 1 to 4). `undefined` if the bytes are no such file. */
export function tzifTimeZone(bytes: Uint8Array): TimeZone | undefined {
  try {
    return read(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), bytes);
  } catch (error) {
    // It ends too early.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function read(view: DataView, bytes: Uint8Array): TimeZone | undefined {
  if (view.getUint32(0) !== MAGIC) return undefined;
  const isOld = view.getUint8(4) === 0;
  const first = blockAt(view, 0, 4);
  if (isOld) return first.end > bytes.length ? undefined : zoneOf(view, first, 4, undefined);
  if (view.getUint32(first.end) !== MAGIC) return undefined;
  const second = blockAt(view, first.end, 8);
  const [, footer, ...rest] = String.fromCharCode(...bytes.subarray(second.end, second.end + MAX_FOOTER_BYTES)).split(
    '\n',
  );
  if (footer === undefined || rest.length === 0) return undefined;
  const later = footer === '' ? undefined : posixTimeZone(footer);
  if (footer !== '' && later === undefined) return undefined;
  return zoneOf(view, second, 8, later);
}

function blockAt(view: DataView, at: number, timeBytes: 4 | 8): Block {
  const count = (index: number): number => view.getUint32(at + COUNTS_AT + index * 4);
  const [utc, standard, leaps, changes, types, characters] = [0, 1, 2, 3, 4, 5].map(count) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const begin = at + HEADER_BYTES;
  const sizeBytes =
    changes * (timeBytes + 1) + types * TYPE_BYTES + characters + leaps * (timeBytes + 4) + standard + utc;
  return { begin, end: begin + sizeBytes, changes, types };
}

function zoneOf(view: DataView, block: Block, timeBytes: 4 | 8, later: TimeZone | undefined): TimeZone | undefined {
  const { begin, changes, types } = block;
  if (types === 0 || changes > MAX_CHANGES) return undefined;
  const typesAt = begin + changes * (timeBytes + 1);
  const offsetOf = (type: number): number => view.getInt32(typesAt + type * TYPE_BYTES);
  const times: number[] = [];
  const offsets: number[] = [];
  for (let index = 0; index < changes; index += 1) {
    const at = begin + index * timeBytes;
    const type = view.getUint8(begin + changes * timeBytes + index);
    if (type >= types) return undefined;
    times.push(timeBytes === 4 ? view.getInt32(at) : Number(view.getBigInt64(at)));
    offsets.push(offsetOf(type));
  }
  const earliest = offsetOf(0);
  return {
    offsetAt(seconds) {
      const index = lastNotAfter(times, seconds);
      if (index === times.length - 1 && later !== undefined) return later.offsetAt(seconds);
      return offsets[index] ?? earliest;
    },
  };
}

/** The place of the last time that is not after another; -1 if all are. */
function lastNotAfter(times: readonly number[], seconds: number): number {
  let [low, high] = [-1, times.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? Infinity) <= seconds) low = middle;
    else high = middle;
  }
  return low;
}
