import { u8 } from '../encoding.js';

/** The metadata of a payload that names its form. */
export const METADATA_ENCODING_KEY = 'encoding';

/** The forms that the SDK's own converters write and read; other SDKs use the same. */
export const encodingTypes = {
  METADATA_ENCODING_NULL: 'binary/null',
  METADATA_ENCODING_RAW: 'binary/plain',
  METADATA_ENCODING_JSON: 'json/plain',
  METADATA_ENCODING_PROTOBUF_JSON: 'json/protobuf',
  METADATA_ENCODING_PROTOBUF: 'binary/protobuf',
} as const;
/** One of {@link encodingTypes}. */
export type EncodingType = (typeof encodingTypes)[keyof typeof encodingTypes];

/** {@link encodingTypes} as the bytes that metadata holds. */
export const encodingKeys = {
  METADATA_ENCODING_NULL: u8(encodingTypes.METADATA_ENCODING_NULL),
  METADATA_ENCODING_RAW: u8(encodingTypes.METADATA_ENCODING_RAW),
  METADATA_ENCODING_JSON: u8(encodingTypes.METADATA_ENCODING_JSON),
  METADATA_ENCODING_PROTOBUF_JSON: u8(encodingTypes.METADATA_ENCODING_PROTOBUF_JSON),
  METADATA_ENCODING_PROTOBUF: u8(encodingTypes.METADATA_ENCODING_PROTOBUF),
} as const;

/** The metadata of a protobuf payload that names its message type. */
export const METADATA_MESSAGE_TYPE_KEY = 'messageType';
