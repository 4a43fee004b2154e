import { CompositePayloadConverter } from './composite-payload-converter.js';
import { BinaryPayloadConverter, JsonPayloadConverter, UndefinedPayloadConverter } from './plain-payload-converters.js';

/** Converts `undefined`, bytes, and whatever JSON can hold. */
export class DefaultPayloadConverter extends CompositePayloadConverter {
  constructor() {
    // The order in which all SDKs try, so that the same value has the same payload everywhere.
    super(new UndefinedPayloadConverter(), new BinaryPayloadConverter(), new JsonPayloadConverter());
  }
}

/** The payload converter in use where no other is configured. For protobuf messages see `@perdure/common/protobufs`. */
export const defaultPayloadConverter: DefaultPayloadConverter = new DefaultPayloadConverter();
