import type { Any } from '../any.js';
import type { Payload } from '../payload.js';
import type { TypeInfo } from '../type-info.js';
import type { PayloadConverter } from './payload-converter.js';
import type { SerializationContext } from './serialization-context.js';
import { fromPayloadWithTypeInfo, toNamedPayload, toPayloadWithTypeInfo } from './typed-conversion.js';
import { namingValue } from './unconvertible.js';

/** The payloads of values, such as arguments; `undefined` if there are none. Throws a `ValueError`. */
export function toPayloads(converter: PayloadConverter, ...values: unknown[]): Payload[] | undefined {
  return toPayloadsWithContext(converter, undefined, values);
}

/**
 * {@link toPayloads} for whom it concerns, with the type information of each value. With a word on whose arguments the values are, such as
 * `activity "charge"`, errors name the one that cannot be converted.
 */
export function toPayloadsWithContext(
  converter: PayloadConverter,
  context: SerializationContext | undefined,
  values: readonly unknown[],
  typeInfo?: readonly TypeInfo[],
  whose?: string,
): Payload[] | undefined {
  if (values.length === 0) return undefined;
  return values.map((value, index) => {
    try {
      return toPayloadWithTypeInfo(converter, value, context, typeInfo?.[index]);
    } catch (error) {
      throw whose === undefined ? error : namingValue(error, `Argument ${index + 1} of ${whose}`);
    }
  });
}

/** The payload of a value; null and `undefined` stay what they are. */
export function convertOptionalToPayload(
  payloadConverter: PayloadConverter,
  value: unknown,
  context?: SerializationContext,
): Payload | null | undefined {
  return value === undefined || value === null ? value : payloadConverter.toPayload(value, context);
}

/** The payload of every value in a record. Throws a `ValueError`, which names the value if it is told what they are, such as `Memo field`. */
export function mapToPayloads<K extends string, T = Any>(
  converter: PayloadConverter,
  map: Record<K, T>,
  context?: SerializationContext,
  what?: string,
): Record<K, Payload> {
  return mapValues(map, (value, key) =>
    toNamedPayload(converter, value, context, undefined, what === undefined ? undefined : `${what} "${key}"`),
  );
}

/** The value of the payload at an index; `undefined` if there is none. */
export function fromPayloadsAtIndex<T, D = T>(
  converter: PayloadConverter,
  index: number,
  payloads?: readonly Payload[] | null,
  context?: SerializationContext,
  typeInfo?: TypeInfo<T, D>,
): T {
  const payload = payloads?.[index];
  return payload === undefined ? (undefined as T) : fromPayloadWithTypeInfo(converter, payload, context, typeInfo);
}

/** The values of payloads; none for nothing. */
export function arrayFromPayloads(
  converter: PayloadConverter,
  payloads?: readonly Payload[] | null,
  context?: SerializationContext,
  typeInfo?: readonly TypeInfo[],
): unknown[] {
  return (payloads ?? []).map((payload, index) =>
    fromPayloadWithTypeInfo(converter, payload, context, typeInfo?.[index]),
  );
}

/** The value of every payload in a record; `undefined` for no record. */
export function mapFromPayloads<K extends string, T = unknown>(
  converter: PayloadConverter,
  map?: Readonly<Record<K, Payload>> | null,
  context?: SerializationContext,
): Record<K, T> | undefined {
  if (map === undefined || map === null) return undefined;
  return mapValues(map, (payload) => converter.fromPayload<T>(payload, context));
}

function mapValues<K extends string, From, To>(map: Readonly<Record<K, From>>, convert: (value: From, key: K) => To) {
  const entries = Object.entries(map) as [K, From][];
  return Object.fromEntries(entries.map(([key, value]) => [key, convert(value, key)])) as Record<K, To>;
}
