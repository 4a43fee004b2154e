import type { Payload } from '../payload.js';

/** In the global registry, so that a raw value made by another copy of this library is recognised. */
export const RAW_VALUE_BRAND = Symbol.for('perdure.RawValue');

/** The payload of a `RawValue`; `undefined` for every other value. */
export function payloadOfRawValue(value: unknown): Payload | undefined {
  if (typeof value !== 'object' || value === null || !(RAW_VALUE_BRAND in value)) return undefined;
  return (value as unknown as { readonly payload: Payload }).payload;
}
