import type { Payload } from '../payload.js';
import type { ConverterHint } from '../type-info.js';
import type { SerializationContext } from './serialization-context.js';

/** Converts between values and payloads. It runs inside the workflow sandbox, so it must be synchronous and pure. */
export interface PayloadConverter {
  /** The payload of a value. Throws a `ValueError` for values it cannot convert. */
  toPayload<T>(value: T, context?: SerializationContext, hint?: ConverterHint<T>): Payload;
  /** The value of a payload. */
  fromPayload<T>(payload: Payload, context?: SerializationContext, hint?: ConverterHint<T>): T;
  /** Whether the converter understands a hint. */
  validateConverterHint?: (hint: ConverterHint) => boolean;
}
