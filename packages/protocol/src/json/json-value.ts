/** What `JSON.parse` gives and `JSON.stringify` takes. */
export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** A JSON object, or an object as decoded messages are. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value is an object with named members, not a list and not null. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
