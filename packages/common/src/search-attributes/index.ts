/**
 * Owns search attributes: their types, their values, and how they are written into payloads.
 * Must not know what queries do with them.
 */
export {
  SearchAttributePayloadConverter,
  TypedSearchAttributePayloadConverter,
  decodeSearchAttributes,
  decodeTypedSearchAttributes,
  encodeUnifiedSearchAttributes,
  searchAttributePayloadConverter,
  typedSearchAttributePayloadConverter,
} from './payloads.js';
export { TypedSearchAttributes } from './typed-search-attributes.js';
export { TypedSearchAttributeUpdateValue, TypedSearchAttributeValue } from './typed-values.js';
export {
  SearchAttributeType,
  decodeSearchAttributeIndexedValueType,
  defineSearchAttributeKey,
  encodeSearchAttributeIndexedValueType,
  isValidValueForType,
} from './types.js';
export type {
  SearchAttributeKey,
  SearchAttributePair,
  SearchAttributeUpdatePair,
  SearchAttributes,
  SearchAttributeValue,
  SearchAttributeValueOrReadonly,
} from './types.js';
