import type { ExternalStorage } from '../external-storage/index.js';
import { defaultFailureConverter } from './default-failure-converter.js';
import { defaultPayloadConverter } from './default-payload-converter.js';
import type { FailureConverter } from './failure-converter.js';
import type { PayloadCodec } from './payload-codec.js';
import type { PayloadConverter } from './payload-converter.js';

/**
 * How values become payloads and back. Converters are given as paths of modules, since they are loaded into workflow
 * sandboxes too; give the same to client, worker and bundler.
 */
export interface DataConverter {
  /** A module that exports a {@link PayloadConverter} as `payloadConverter`. */
  payloadConverterPath?: string;
  /** A module that exports a {@link FailureConverter} as `failureConverter`. */
  failureConverterPath?: string;
  /** Applied in this order when encoding, backwards when decoding. */
  payloadCodecs?: PayloadCodec[];
  /** Where payloads above a size go instead of to the server. */
  externalStorage?: ExternalStorage;
}

/** A {@link DataConverter} whose modules are loaded. */
export interface LoadedDataConverter {
  payloadConverter: PayloadConverter;
  failureConverter: FailureConverter;
  payloadCodecs: PayloadCodec[];
  externalStorage?: ExternalStorage;
}

/** The data converter in use where none is configured. */
export const defaultDataConverter: LoadedDataConverter = {
  payloadConverter: defaultPayloadConverter,
  failureConverter: defaultFailureConverter,
  payloadCodecs: [],
};
