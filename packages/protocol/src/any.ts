import type { AnyCodec, Codec } from '#wire';

/** The fields of `google.protobuf.Any`. */
export interface AnyMessage {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

const TYPE_URL_PREFIX = 'type.googleapis.com/';

/** Packs a message into a `google.protobuf.Any`, as details of a `google.rpc.Status` and bodies of protocol messages are. */
export function packAny<I extends object, D extends I>(codec: Codec<I, D>, message: I): AnyMessage {
  return { typeUrl: TYPE_URL_PREFIX + codec.typeName, value: codec.encode(message) };
}

/**
 * Unpacks a `google.protobuf.Any` that holds a message of the given type; `undefined` if it holds another. Throws
 * `WireFormatError` if the bytes are not such a message.
 */
export function unpackAny<I extends object, D extends I>(
  codec: Codec<I, D>,
  any: Partial<{ [K in keyof AnyMessage]: AnyMessage[K] | null }> | null | undefined,
): D | undefined {
  return any?.typeUrl != null && isTypeUrlOf(codec, any.typeUrl)
    ? codec.decode(any.value ?? new Uint8Array())
    : undefined;
}

/** Whether a type URL names the message type of a codec. Only what follows the last slash counts. */
export function isTypeUrlOf(codec: AnyCodec, typeUrl: string): boolean {
  return typeUrl.slice(typeUrl.lastIndexOf('/') + 1) === codec.typeName;
}
