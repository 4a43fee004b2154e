import type { HistoryPage, HistoryRange } from '../rows.js';

/** A stored stretch of history: consecutive events as entries of `History.events`. */
export interface HistoryChunk {
  readonly firstEventId: number;
  readonly lastEventId: number;
  readonly bytes: Uint8Array;
}

const historyEventsTag = 0x0a;

/** Where each entry of a chunk starts, followed by where the last one ends. Throws when the bytes are not entries. */
export function entryOffsets(bytes: Uint8Array): number[] {
  const offsets = [0];
  let offset = 0;
  while (offset < bytes.byteLength) {
    if (bytes[offset] !== historyEventsTag) throw damaged(offset);
    let length = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = bytes[++offset] ?? 0xff;
      if (shift > 28) throw damaged(offset);
      length += (byte & 0x7f) * 2 ** shift;
      shift += 7;
    } while (byte >= 0x80);
    offset += 1 + length;
    if (offset > bytes.byteLength) throw damaged(offset);
    offsets.push(offset);
  }
  return offsets;
}

/** The part of a chunk up to an event, or undefined when nothing of it remains. */
export function truncateChunk(chunk: HistoryChunk, afterEventId: number): HistoryChunk | undefined {
  if (chunk.firstEventId > afterEventId) return undefined;
  if (chunk.lastEventId <= afterEventId) return chunk;
  const end = entryOffsets(chunk.bytes)[afterEventId - chunk.firstEventId + 1];
  return { firstEventId: chunk.firstEventId, lastEventId: afterEventId, bytes: chunk.bytes.slice(0, end) };
}

/**
 * Takes the events of a range out of chunks that come in reading order (ascending, or descending in reverse) and that
 * may begin before the range. Stops pulling chunks as soon as the range is full.
 */
export function collectHistory(chunks: Iterable<HistoryChunk>, range: HistoryRange): HistoryPage {
  const reverse = range.reverse === true;
  const maxEvents = range.maxEvents ?? Infinity;
  const maxBytes = range.maxBytes ?? Infinity;
  const pieces: Uint8Array[] = [];
  let eventCount = 0;
  let sizeBytes = 0;
  for (const chunk of chunks) {
    const from = reverse
      ? Math.min(range.fromEventId ?? chunk.lastEventId, chunk.lastEventId)
      : Math.max(range.fromEventId ?? 1, chunk.firstEventId);
    const available = reverse ? from - chunk.firstEventId + 1 : chunk.lastEventId - from + 1;
    if (available <= 0) continue;
    const whole = available === chunk.lastEventId - chunk.firstEventId + 1;
    if (whole && !reverse && eventCount + available <= maxEvents && sizeBytes + chunk.bytes.byteLength <= maxBytes) {
      pieces.push(chunk.bytes);
      eventCount += available;
      sizeBytes += chunk.bytes.byteLength;
      continue;
    }
    const offsets = entryOffsets(chunk.bytes);
    const entries: Uint8Array[] = [];
    for (let taken = 0; taken < available; taken++) {
      const eventId = reverse ? from - taken : from + taken;
      const index = eventId - chunk.firstEventId;
      const entry = chunk.bytes.subarray(offsets[index], offsets[index + 1]);
      const full = eventCount >= maxEvents || (eventCount > 0 && sizeBytes + entry.byteLength > maxBytes);
      if (full) return { chunks: [...pieces, ...joinEntries(entries)], eventCount, nextEventId: eventId };
      entries.push(entry);
      eventCount++;
      sizeBytes += entry.byteLength;
    }
    pieces.push(...joinEntries(entries));
  }
  return { chunks: pieces, eventCount, nextEventId: undefined };
}

/** Joins entries into one piece, so that a long reverse page is not thousands of tiny views. */
function joinEntries(entries: readonly Uint8Array[]): readonly Uint8Array[] {
  const first = entries[0];
  if (first === undefined) return [];
  if (entries.length === 1) return [first];
  const joined = new Uint8Array(entries.reduce((size, entry) => size + entry.byteLength, 0));
  let offset = 0;
  for (const entry of entries) {
    joined.set(entry, offset);
    offset += entry.byteLength;
  }
  return [joined];
}

function damaged(offset: number): RangeError {
  return new RangeError(`History bytes are not entries of History.events at byte ${offset}: the file is damaged.`);
}
