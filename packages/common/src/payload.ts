import type { Any } from './any.js';

/** `temporal.api.common.v1.Payload`: a value as it travels and is stored. */
export interface Payload {
  /** What the data is: `encoding` names its form. */
  metadata?: Record<string, Uint8Array> | null;
  data?: Uint8Array | null;
  /**
   * The sizes of what the payload refers to in external storage, as a list of `{ sizeBytes }`. Untyped, so that codecs
   * and converters written for the official SDK, where sizes are Longs and lists mutable, fit in without a cast.
   */
  externalPayloads?: Any;
}
