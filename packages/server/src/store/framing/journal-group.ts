/** Each transition is preceded by its length as four little-endian bytes. */
const lengthBytes = 4;

/** Size of the frame of a group. */
export function groupFrameSize(transitions: readonly Uint8Array[]): number {
  let size = transitions.length * lengthBytes;
  for (const transition of transitions) size += transition.byteLength;
  return size;
}

/** Writes the frame of a group at an offset and returns where it ends. */
export function writeGroupFrame(transitions: readonly Uint8Array[], target: Uint8Array, offset: number): number {
  let next = offset;
  for (const transition of transitions) {
    const length = transition.byteLength;
    target[next] = length & 0xff;
    target[next + 1] = (length >>> 8) & 0xff;
    target[next + 2] = (length >>> 16) & 0xff;
    target[next + 3] = length >>> 24;
    target.set(transition, next + lengthBytes);
    next += lengthBytes + length;
  }
  return next;
}

/** Joins the transitions of a group into one journal row. */
export function frameGroup(transitions: readonly Uint8Array[]): Uint8Array {
  const frame = new Uint8Array(groupFrameSize(transitions));
  writeGroupFrame(transitions, frame, 0);
  return frame;
}

/** Splits a journal row into its transitions, as views of the row. Throws when the row is cut short. */
export function splitGroup(frame: Uint8Array): Uint8Array[] {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const transitions: Uint8Array[] = [];
  let offset = 0;
  while (offset < frame.byteLength) {
    const start = offset + lengthBytes;
    const end = start <= frame.byteLength ? start + view.getUint32(offset, true) : Infinity;
    if (end > frame.byteLength) {
      throw new RangeError(
        `A journal row of ${frame.byteLength} bytes is cut short at byte ${offset}: the file is damaged.`,
      );
    }
    transitions.push(frame.subarray(start, end));
    offset = end;
  }
  return transitions;
}
