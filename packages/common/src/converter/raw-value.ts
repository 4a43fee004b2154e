import type { Payload } from '../payload.js';
import type { TypeInfo } from '../type-info.js';
import { defaultPayloadConverter } from './default-payload-converter.js';
import type { PayloadConverter } from './payload-converter.js';
import { RAW_VALUE_BRAND } from './raw-value-brand.js';
import type { SerializationContext } from './serialization-context.js';

/** Ties a {@link RawValue} to the type of its value in the type system; never present. */
export declare const rawPayloadTypeBrand: unique symbol;

/** A payload that payload converters pass on untouched. Codecs still apply. */
export class RawValue<T = unknown> {
  static {
    Object.defineProperty(this.prototype, RAW_VALUE_BRAND, { value: true });
  }

  declare private readonly [rawPayloadTypeBrand]: T;
  private readonly _payload: Payload;

  /** Converts the value at once, with the default payload converter unless another is given. */
  constructor(value: T, payloadConverter: PayloadConverter = defaultPayloadConverter, context?: SerializationContext) {
    this._payload = payloadConverter.toPayload(value, context);
  }

  /** The payload itself, unconverted. */
  static fromPayload(payload: Payload): RawValue {
    return Object.assign(Object.create(RawValue.prototype) as RawValue, { _payload: payload });
  }

  /** The payload to send. */
  get payload(): Payload {
    return this._payload;
  }
}

/** The type information of a {@link RawValue}: it arrives as the payload it was sent as. */
export const rawValueTypeInfo: TypeInfo<RawValue> = Object.freeze({});
