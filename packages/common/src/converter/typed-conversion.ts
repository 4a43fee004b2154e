import type { Payload } from '../payload.js';
import type { TypeInfo } from '../type-info.js';
import type { PayloadConverter } from './payload-converter.js';
import { RawValue, rawValueTypeInfo } from './raw-value.js';
import type { SerializationContext } from './serialization-context.js';
import { namingValue } from './unconvertible.js';

/** The payload of a value, after its transfer conversion if its type information has one. */
export function toPayloadWithTypeInfo<T, D = T>(
  converter: PayloadConverter,
  value: T,
  context: SerializationContext | undefined,
  typeInfo: TypeInfo<T, D> | undefined,
): Payload {
  return toNamedPayload(converter, value, context, typeInfo, undefined);
}

/** {@link toPayloadWithTypeInfo}, with errors that name the value as `what`, if that is given, such as `The result of activity "charge"`. */
export function toNamedPayload<T, D = T>(
  converter: PayloadConverter,
  value: T,
  context: SerializationContext | undefined,
  typeInfo: TypeInfo<T, D> | undefined,
  what: string | undefined,
): Payload {
  if ((typeInfo as unknown) === rawValueTypeInfo && value instanceof RawValue) return value.payload;
  const transferable = typeInfo?.transferTypeConverter
    ? typeInfo.transferTypeConverter.toTransferType(value)
    : (value as unknown as D);
  try {
    return converter.toPayload(transferable, context, typeInfo?.payloadConverterHint);
  } catch (error) {
    throw what === undefined ? error : namingValue(error, what);
  }
}

/** The value of a payload, before its transfer conversion is undone if its type information has one. */
export function fromPayloadWithTypeInfo<T, D = T>(
  converter: PayloadConverter,
  payload: Payload,
  context: SerializationContext | undefined,
  typeInfo: TypeInfo<T, D> | undefined,
): T {
  if ((typeInfo as unknown) === rawValueTypeInfo) return RawValue.fromPayload(payload) as T;
  const transferred = converter.fromPayload<D>(payload, context, typeInfo?.payloadConverterHint);
  return typeInfo?.transferTypeConverter
    ? typeInfo.transferTypeConverter.fromTransferType(transferred)
    : (transferred as unknown as T);
}
