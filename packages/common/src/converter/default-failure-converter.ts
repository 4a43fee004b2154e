import { HandlerError } from 'nexus-rpc';
import { FAILURE_SOURCE, TemporalFailure, describe } from '../failure/index.js';
import type { ProtoFailure } from '../failure/index.js';
import { isError, isRecord } from '../type-helpers.js';
import { failureInfoOfError } from './error-to-failure.js';
import type {
  DefaultEncodedFailureAttributes,
  DefaultFailureConverterOptions,
  FailureConverter,
} from './failure-converter.js';
import { errorOfFailure } from './failure-to-error.js';
import type { PayloadConverter } from './payload-converter.js';
import type { SerializationContext } from './serialization-context.js';
import { cutoffStackTrace } from './stack-trace.js';

const ENCODED_MESSAGE = 'Encoded failure';
const NOT_AN_ERROR = ' [not an Error: throw Error objects to have a stack trace here]';
const NEXUS_FAILURE_TYPE = 'temporal.api.failure.v1.Failure';

/** Writes failures so that every SDK can read them, and reads those of every SDK. */
export class DefaultFailureConverter implements FailureConverter {
  readonly options: DefaultFailureConverterOptions;

  constructor(options?: Partial<DefaultFailureConverterOptions>) {
    this.options = { encodeCommonAttributes: options?.encodeCommonAttributes ?? false };
  }

  /** The error of a failure and of all its causes, with the stack traces they were recorded with. */
  failureToError(failure: ProtoFailure, payloadConverter: PayloadConverter, context?: SerializationContext): Error {
    const readable = withDecodedAttributes(failure, payloadConverter, context);
    const error = this.failureToErrorInner(readable, payloadConverter, context);
    error.stack = readable.stackTrace ?? '';
    if (error instanceof TemporalFailure) error.failure = readable;
    return error;
  }

  /** {@link failureToError} without what all failures have in common. */
  failureToErrorInner(
    failure: ProtoFailure,
    payloadConverter: PayloadConverter,
    context?: SerializationContext,
  ): Error {
    const cause = this.optionalFailureToOptionalError(failure.cause, payloadConverter, context);
    return errorOfFailure({ failure, cause, payloadConverter, context });
  }

  /** The failure of an error and of all its causes. */
  errorToFailure(error: unknown, payloadConverter: PayloadConverter, context?: SerializationContext): ProtoFailure {
    const failure = this.errorToFailureInner(error, payloadConverter, context);
    if (!this.options.encodeCommonAttributes) return failure;
    const { message, stackTrace } = failure;
    const attributes: DefaultEncodedFailureAttributes = { message: message ?? '', stack_trace: stackTrace ?? '' };
    return {
      ...failure,
      message: ENCODED_MESSAGE,
      stackTrace: '',
      encodedAttributes: payloadConverter.toPayload(attributes, context),
    };
  }

  /** {@link errorToFailure} with message and stack trace in plain text. */
  errorToFailureInner(
    error: unknown,
    payloadConverter: PayloadConverter,
    context?: SerializationContext,
  ): ProtoFailure {
    const recorded = recordedFailure(error);
    if (recorded !== undefined) return recorded;
    if (!isError(error)) return { source: FAILURE_SOURCE, message: describe(error) + NOT_AN_ERROR };
    return {
      source: FAILURE_SOURCE,
      message: error.message,
      stackTrace: cutoffStackTrace(error.stack),
      cause: this.optionalErrorToOptionalFailure(error.cause, payloadConverter, context),
      ...failureInfoOfError(error, payloadConverter, context),
    };
  }

  /** {@link failureToError}, or `undefined` for nothing. */
  optionalFailureToOptionalError(
    failure: ProtoFailure | undefined | null,
    payloadConverter: PayloadConverter,
    context?: SerializationContext,
  ): Error | undefined {
    return failure ? this.failureToError(failure, payloadConverter, context) : undefined;
  }

  /** {@link errorToFailure}, or `undefined` for nothing. */
  optionalErrorToOptionalFailure(
    error: unknown,
    payloadConverter: PayloadConverter,
    context?: SerializationContext,
  ): ProtoFailure | undefined {
    return error ? this.errorToFailure(error, payloadConverter, context) : undefined;
  }
}

/** The failure converter in use where no other is configured: messages and stack traces travel as plain text. */
export const defaultFailureConverter: FailureConverter = new DefaultFailureConverter();

/** What an error that came from outside was made of: passing it on must not change it. */
function recordedFailure(error: unknown): ProtoFailure | undefined {
  if (error instanceof TemporalFailure) return error.failure;
  if (!(error instanceof HandlerError)) return undefined;
  const original = error.originalFailure;
  return original?.metadata?.type === NEXUS_FAILURE_TYPE ? original.details : undefined;
}

/** The failure with the message and stack trace that its encoded attributes hold, where they can be read. */
function withDecodedAttributes(
  failure: ProtoFailure,
  payloadConverter: PayloadConverter,
  context: SerializationContext | undefined,
): ProtoFailure {
  if (!failure.encodedAttributes) return failure;
  const attributes = payloadConverter.fromPayload<unknown>(failure.encodedAttributes, context);
  if (!isRecord(attributes)) return failure;
  const { message, stack_trace: stackTrace } = attributes as Partial<DefaultEncodedFailureAttributes>;
  return {
    ...failure,
    ...(typeof message === 'string' ? { message } : {}),
    ...(typeof stackTrace === 'string' ? { stackTrace } : {}),
  };
}
