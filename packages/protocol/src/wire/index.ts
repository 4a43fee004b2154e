/**
 * Owns the protobuf wire format: reading and writing bytes, and the shape of a codec.
 * Must not know any message, any service, or Node (it runs in browsers too).
 */
export { codec } from './codec.js';
export type { AnyCodec, Codec, MethodDescription, ServiceDescription } from './codec.js';
export { EncodedMessage } from './encoded-message.js';
export type { Encodable } from './encoded-message.js';
export { NO_BYTES, NO_ENTRIES, NO_ITEMS, chosenMember, putEntry } from './defaults.js';
export type { Int64Input } from './int64.js';
export { RECURSION_LIMIT, Reader } from './reader.js';
export { writePresentMember } from './present-member.js';
export { WireFormatError } from './wire-format-error.js';
export { Writer } from './writer.js';
