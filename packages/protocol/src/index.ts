/**
 * Owns the messages, codecs and service descriptions of the Temporal API, one namespace per proto package.
 * Must not know what any message means, nor anything of Node: it is the ground everything else stands on.
 */
export * from '../generated/index.js';
export * from './any.js';
export * from './enum-names.js';
export * from './time.js';
export { EncodedMessage, Reader, WireFormatError, Writer } from '#wire';
export type { AnyCodec, Codec, Encodable, Int64Input, MethodDescription, ServiceDescription } from '#wire';
