import type { ProtoFailure } from '../failure/index.js';
import type { PayloadConverter } from './payload-converter.js';
import type { SerializationContext } from './serialization-context.js';

/** Converts between errors and `temporal.api.failure.v1.Failure`. */
export interface FailureConverter {
  /** The failure of whatever was thrown. */
  errorToFailure(error: unknown, payloadConverter: PayloadConverter, context?: SerializationContext): ProtoFailure;
  /** The error of a failure: a `TemporalFailure`, or a Nexus `HandlerError`. */
  failureToError(failure: ProtoFailure, payloadConverter: PayloadConverter, context?: SerializationContext): Error;
}

/** What the encoded attributes of a failure hold. All SDKs agree on these names. */
export interface DefaultEncodedFailureAttributes {
  message: string;
  stack_trace: string;
}

/** Options of the default failure converter. */
export interface DefaultFailureConverterOptions {
  /** Whether messages and stack traces travel as a payload, which codecs can encrypt, instead of as plain text. */
  encodeCommonAttributes: boolean;
}
