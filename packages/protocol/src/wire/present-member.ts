import type { Writer } from './writer.js';

/** How each member of a large oneof is written, by its name. */
export type MemberWriters = Readonly<Record<string, ((value: unknown, writer: Writer) => void) | undefined>>;

/** Writes the member of a oneof that a message has, if any. Should it have several, against the rules, the last one is what a reader gets. */
export function writePresentMember(message: object, writers: MemberWriters, writer: Writer): void {
  for (const name in message) {
    const write = writers[name];
    if (write === undefined) continue;
    const value = (message as Record<string, unknown>)[name];
    if (value != null) write(value, writer);
  }
}
