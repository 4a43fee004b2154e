/**
 * Owns the conversion between values and payloads, and between errors and failures, by default and by configuration.
 * Must not know where payloads travel, nor wait for anything: it runs inside the workflow sandbox.
 */
export { CompositePayloadConverter } from './composite-payload-converter.js';
export type { PayloadConverterWithEncoding } from './composite-payload-converter.js';
export { defaultDataConverter } from './data-converter.js';
export type { DataConverter, LoadedDataConverter } from './data-converter.js';
export { DefaultFailureConverter, defaultFailureConverter } from './default-failure-converter.js';
export { DefaultPayloadConverter, defaultPayloadConverter } from './default-payload-converter.js';
export { METADATA_ENCODING_KEY, METADATA_MESSAGE_TYPE_KEY, encodingKeys, encodingTypes } from './encodings.js';
export type { EncodingType } from './encodings.js';
export type {
  DefaultEncodedFailureAttributes,
  DefaultFailureConverterOptions,
  FailureConverter,
} from './failure-converter.js';
export type { PayloadCodec } from './payload-codec.js';
export type { PayloadConverter } from './payload-converter.js';
export {
  arrayFromPayloads,
  convertOptionalToPayload,
  fromPayloadsAtIndex,
  mapFromPayloads,
  mapToPayloads,
  toPayloads,
  toPayloadsWithContext,
} from './payload-lists.js';
export { BinaryPayloadConverter, JsonPayloadConverter, UndefinedPayloadConverter } from './plain-payload-converters.js';
export { RawValue, rawValueTypeInfo } from './raw-value.js';
export type { rawPayloadTypeBrand } from './raw-value.js';
export type {
  ActivitySerializationContext,
  SerializationContext,
  WorkflowSerializationContext,
} from './serialization-context.js';
export { callUserCode, cutoffStackTrace } from './stack-trace.js';
export { namingValue } from './unconvertible.js';
export { fromPayloadWithTypeInfo, toNamedPayload, toPayloadWithTypeInfo } from './typed-conversion.js';
