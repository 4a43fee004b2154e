/**
 * Owns what clients and workers do with data converters outside the workflow sandbox: codecs, external storage, loading;
 * and the small parsers of connection options that both need. Must not be imported by workflow code.
 */
export { decode, decodeOptionalSingle, encode, encodeSingle } from './codecs.js';
export type {
  Decoded,
  DecodedPayload,
  DecodedProtoFailure,
  Encoded,
  EncodedPayload,
  EncodedProtoFailure,
} from './codecs.js';
export { Semaphore, limit, sequential } from './concurrency-limit.js';
export type { ConcurrencyLimit } from './concurrency-limit.js';
export { ExternalStorageRunner } from './external-storage-runner.js';
export type {
  ExternalRetrieveOptions,
  ExternalStoreOptions,
  StorageOperationObserver,
} from './external-storage-runner.js';
export {
  decodeFailure,
  decodeOptionalFailureToOptionalError,
  encodeErrorToFailure,
  encodeFailure,
} from './failures.js';
export {
  joinProtoHostPort,
  normalizeGrpcEndpointAddress,
  parseHttpConnectProxyAddress,
  splitProtoHostPort,
} from './host-address.js';
export type { HttpConnectProxyConfig, ProtoHostPort, ProxyConfig } from './host-address.js';
export { isLoadedDataConverter, loadDataConverter } from './load-data-converter.js';
export type { ModuleLoader } from './load-data-converter.js';
export { normalizeTlsConfig } from './tls-config.js';
export type { TLSConfig, TLSConfigOption } from './tls-config.js';
export {
  decodeArrayFromPayloads,
  decodeFromPayloadsAtIndex,
  decodeMapFromPayloads,
  decodeOptionalSinglePayload,
  decodeUserMetadata,
  encodeMapToPayloads,
  encodeToPayload,
  encodeToPayloads,
  encodeToPayloadsWithContext,
  encodeUserMetadata,
} from './values.js';
export {
  decodeReferencePayload,
  encodeReferencePayload,
  isReferencePayload,
} from '../external-storage/reference-payload.js';
export type { DecodedReferencePayload, ReferencePayloadParts } from '../external-storage/reference-payload.js';
