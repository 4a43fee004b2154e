/** A copy that has no members but these: people name things, and may name one as every object inherits it. */
export function ownMembers<Value>(record: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.assign(Object.create(null) as Record<string, Value>, record);
}
