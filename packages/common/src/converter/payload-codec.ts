import type { Payload } from '../payload.js';
import type { SerializationContext } from './serialization-context.js';

/**
 * A step between the payload converter and the wire that may take time and use Node: encryption, compression. It runs
 * outside the workflow sandbox. The list may be empty and the answer may have another length.
 */
export interface PayloadCodec {
  /** What is sent in place of these payloads. */
  encode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]>;
  /** What {@link encode} was given. */
  decode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]>;
}
