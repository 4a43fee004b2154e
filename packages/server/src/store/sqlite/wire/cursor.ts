import type { PageCursor } from '../../rows.js';
import type { FlatReader, FlatWriter } from './flat.js';

/** Writes where a page goes on, or that it is the last one. */
export function writePageEnd(writer: FlatWriter, cursor: PageCursor | undefined): void {
  writer.put(cursor?.length);
  for (const part of cursor ?? []) writer.put(part);
}

/** Reads what `writePageEnd` wrote. */
export function readPageEnd(reader: FlatReader): PageCursor | undefined {
  const length = reader.optionalNumber();
  if (length === undefined) return undefined;
  return Array.from({ length }, () => reader.value() as string | number);
}
