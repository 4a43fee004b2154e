/**
 * Owns payloads that are protobuf messages of the application, made with protobufjs, in binary and JSON.
 * Must not import protobufjs (the application brings it) nor know the messages of the wire protocol.
 */
export { patchProtobufRoot } from './patch-protobuf-root.js';
export {
  DefaultPayloadConverterWithProtobufs,
  ProtobufBinaryPayloadConverter,
  ProtobufJsonPayloadConverter,
} from './protobuf-payload-converters.js';
export type { DefaultPayloadConverterWithProtobufsOptions } from './protobuf-payload-converters.js';
