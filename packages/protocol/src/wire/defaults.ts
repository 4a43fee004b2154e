/** The default of a bytes field. */
export const NO_BYTES = new Uint8Array(0);

/** The default of a repeated field, shared by all decoded messages and frozen for that reason. */
export const NO_ITEMS: readonly never[] = Object.freeze([]);

/** The default of a map field, shared by all decoded messages and frozen for that reason. */
export const NO_ENTRIES: Readonly<Record<string, never>> = Object.freeze({});

/** Adds an entry to a decoded map. A key `__proto__` off the wire becomes an ordinary property, never a prototype. */
export function putEntry<V>(map: Record<string, V>, key: string, value: V): void {
  if (key === '__proto__') {
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    map[key] = value;
  }
}

/** The member of a oneof that a message already holds, or '' for none. Only needed when a message is merged into. */
export function chosenMember(message: object, members: readonly string[]): string {
  for (const member of members) {
    if ((message as Record<string, unknown>)[member] !== undefined) return member;
  }
  return '';
}
