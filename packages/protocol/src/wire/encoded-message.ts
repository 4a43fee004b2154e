declare const encodable: unique symbol;

/**
 * What every encode input extends, so that an {@link EncodedMessage} may stand in for any of them while code that reads
 * an input sees its fields only. The property never exists.
 */
export interface Encodable {
  readonly [encodable]?: never;
}

/**
 * A message that is already encoded, in one or more chunks.
 *
 * Given wherever an encoder expects a message, its bytes are copied verbatim and nothing is decoded: this is how
 * stored history is served. The chunks must be a valid encoding of the message type that the place asks for. Since
 * protobuf messages concatenate, chunks of a repeated field (each entry with its tag and length) may simply follow
 * one another.
 */
export class EncodedMessage implements Encodable {
  declare readonly [encodable]?: never;
  readonly chunks: readonly Uint8Array[];
  readonly byteLength: number;

  constructor(chunks: Uint8Array | readonly Uint8Array[]) {
    this.chunks = chunks instanceof Uint8Array ? [chunks] : chunks;
    let byteLength = 0;
    for (const chunk of this.chunks) byteLength += chunk.length;
    this.byteLength = byteLength;
  }
}
