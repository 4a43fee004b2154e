import { ApplicationFailure, CancelledFailure, type LoadedDataConverter, type ProtoFailure } from '@perdure/common';
import { encodeErrorToFailure } from '@perdure/common/internal/conversion';
import { failure as failureApi, type nexus } from '@perdure/protocol';
import type { HandlerError, OperationError } from 'nexus-rpc';

/** How a call of an operation ended, ready for the wire. */
export type OperationOutcome =
  | { readonly status: 'completed'; readonly response: nexus.IResponse }
  /** The operation has ended badly, which is an answer like any other. */
  | { readonly status: 'operation-failed'; readonly state: 'failed' | 'canceled'; readonly response: nexus.IResponse }
  | { readonly status: 'handler-failed'; readonly errorType: string; readonly answer: FailedAnswer };

/** Servers that do not know failures in answers, before 1.31, take them in the words of Nexus. */
export type FailedAnswer =
  { readonly failure: ProtoFailure } | { readonly error: nexus.IHandlerError; readonly failure?: undefined };

/** How errors are written. */
export interface ErrorForm {
  readonly dataConverter: LoadedDataConverter;
  /** Whether the server takes failures as they are. */
  readonly takesFailures: boolean;
}

const FAILURE_TYPE = failureApi.Failure.typeName;

/** The outcome of a handler that could not do its work. */
export async function handlerFailed(error: HandlerError, form: ErrorForm): Promise<OperationOutcome> {
  const failure = await encodeErrorToFailure(form.dataConverter, error);
  const { type: errorType = '', retryBehavior } = failure.nexusHandlerFailureInfo ?? {};
  const answer = form.takesFailures
    ? { failure }
    : { error: { errorType, failure: await nexusFailureOf(failure), retryBehavior } };
  return { status: 'handler-failed', errorType: errorType ?? '', answer };
}

/** The outcome of an operation that has failed, or was cancelled, by the time it was started. */
export async function operationFailed(error: OperationError, form: ErrorForm): Promise<OperationOutcome> {
  const { state } = error;
  const failure = recordedFailure(error) ?? (await encodeErrorToFailure(form.dataConverter, failureOf(error)));
  const startOperation = form.takesFailures
    ? { failure }
    : { operationError: { operationState: state, failure: await nexusFailureOf(failure) } };
  return { status: 'operation-failed', state, response: { startOperation } };
}

/** What an error that came from elsewhere was made of: passing it on must not change it. */
function recordedFailure({ originalFailure: original }: OperationError): ProtoFailure | undefined {
  return original?.metadata?.type === FAILURE_TYPE ? original.details : undefined;
}

/** The error as a failure of ours, whose cause is what led to it. */
function failureOf(error: OperationError): ApplicationFailure | CancelledFailure {
  const { message, state } = error;
  // Nexus promises a cause, and errors made without one have none.
  const cause = error.cause as Error | undefined;
  const failure =
    state === 'canceled'
      ? new CancelledFailure(message, [], cause)
      : ApplicationFailure.create({ message, type: 'OperationError', nonRetryable: true, cause });
  failure.stack = error.stack;
  return failure;
}

/** A failure in the words of Nexus: the message for everybody, the rest as JSON for those who know what it is. */
async function nexusFailureOf(failure: ProtoFailure): Promise<nexus.IFailure> {
  // Loaded where it is needed: its tables take time, and new servers take failures as they are.
  const { toJson } = await import('@perdure/protocol/json');
  const { message, stackTrace } = failure;
  const details = JSON.stringify(toJson(failureApi.Failure, { ...failure, message: '' }));
  return { message, stackTrace, metadata: { type: FAILURE_TYPE }, details: Buffer.from(details) };
}
