/**
 * Owns what the other packages of the SDK share and applications do not need. Safe inside the workflow sandbox.
 * Must not hold code of its own: it only says what is shared.
 */
export {
  ActivityCancellationDetails,
  ActivityCancellationType,
  decodeActivityCancellationType,
  encodeActivityCancellationType,
} from '../activity/index.js';
export type { ActivityCancellationDetailsHolder, ActivityCancellationReasons } from '../activity/index.js';
export { callUserCode, namingValue, toNamedPayload } from '../converter/index.js';
export { VersioningIntentNumber, versioningIntentToProto } from '../deployment/index.js';
export { str, u8 } from '../encoding.js';
export { makeProtoEnumConverters } from '../enum-converters.js';
export { SymbolBasedInstanceOfError, nameErrorClass } from '../error-class.js';
export type { Class } from '../error-class.js';
export { describe } from '../failure/index.js';
export { composeInterceptors, composeInterceptorsWith } from '../interceptors.js';
export type { WrapNext } from '../interceptors.js';
export { LazyMap, LazySet } from '../lazy-collections.js';
export { innermostLogger } from '../observability/logger.js';
export { deepMerge, filterNullAndUndefined, mergeObjects } from '../object-merging.js';
export {
  ENHANCED_STACK_TRACE_QUERY_NAME,
  STACK_TRACE_QUERY_NAME,
  TEMPORAL_RESERVED_PREFIX,
  throwIfReservedName,
} from '../reserved.js';
export type { ReservedNameEntityType } from '../reserved.js';
export {
  SearchAttributePayloadConverter,
  TypedSearchAttributePayloadConverter,
  TypedSearchAttributeUpdateValue,
  TypedSearchAttributeValue,
  decodeSearchAttributeIndexedValueType,
  decodeSearchAttributes,
  decodeTypedSearchAttributes,
  encodeSearchAttributeIndexedValueType,
  encodeUnifiedSearchAttributes,
  isValidValueForType,
  searchAttributePayloadConverter,
  typedSearchAttributePayloadConverter,
} from '../search-attributes/index.js';
export type { SearchAttributeKey, SearchAttributeValueOrReadonly } from '../search-attributes/index.js';
export {
  msNumberToTs,
  msOptionalToNumber,
  msOptionalToTs,
  msToNumber,
  msToTs,
  optionalDateToTs,
  optionalTsToDate,
  optionalTsToMs,
  parseDurationMs,
  requiredTsToDate,
  requiredTsToMs,
  tsToDate,
  tsToMs,
} from '../time/index.js';
export {
  assertNever,
  checkExtends,
  errorCode,
  errorMessage,
  hasOwnProperties,
  hasOwnProperty,
  isAbortError,
  isError,
  isRecord,
} from '../type-helpers.js';
export type {
  AnyFunc,
  NonNullableObject,
  OmitFirst,
  OmitFirstParam,
  OmitLast,
  OmitLastParam,
  Replace,
  ReplaceNested,
  RequireAtLeastOne,
} from '../type-helpers.js';
export { userMetadataToPayload } from '../user-metadata.js';
export type { UserMetadata } from '../user-metadata.js';
export { decodeSuggestContinueAsNewReason, encodeSuggestContinueAsNewReason } from '../workflow/index.js';
