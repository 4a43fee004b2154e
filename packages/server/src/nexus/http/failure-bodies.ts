import type { failure } from '@perdure/protocol';
import type { JsonValue } from '@perdure/protocol/json';
import { describeHandlerFailure, handlerErrorOfStatus, handlerErrorRow, handlerFailure } from '../handler-errors.js';
import {
  bytesOf,
  failureOfNexus,
  jsonOf,
  jsonOfNexusFailure,
  nexusFailure,
  nexusFailureOfJson,
  type UnsuccessfulState,
} from '../nexus-failures.js';
import { HEADERS } from './headers.js';

/** What says in the metadata of a Nexus failure that it is an error of a handler, or the end of an operation. */
const HANDLER_ERROR = 'nexus.HandlerError';
const OPERATION_ERROR = 'nexus.OperationError';

type HeaderOf = (name: string) => string | null | undefined;

/** An error of a handler as an answer in HTTP. `isTyped`: the caller understands a body that says what it is. */
export function answerOfHandlerFailure(
  given: failure.IFailure,
  isTyped: boolean,
): { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: JsonValue } {
  const { errorType, retryableOverride } = describeHandlerFailure(given);
  const headers: Record<string, string> =
    retryableOverride === undefined ? {} : { [HEADERS.retryable]: String(retryableOverride) };
  const { message, stackTrace, cause } = given;
  const status = handlerErrorRow(errorType).status;
  if (!isTyped && cause != null) return { status, headers, body: jsonOfNexusFailure(nexusFailure(cause)) };
  const details = { type: errorType, ...(retryableOverride === undefined ? {} : { retryableOverride }) };
  const body = jsonOfNexusFailure({
    message,
    stackTrace,
    ...(isTyped ? { metadata: { type: HANDLER_ERROR }, details: bytesOf(details) } : {}),
    ...(cause == null ? {} : { cause: nexusFailure(cause) }),
  });
  return { status, headers, body };
}

/** The end of an operation that did not succeed, as a body. */
export function bodyOfUnsuccessful(given: failure.IFailure, state: UnsuccessfulState, isTyped: boolean): JsonValue {
  const own = nexusFailure(given);
  if (!isTyped) return jsonOfNexusFailure(own);
  return jsonOfNexusFailure({
    message: 'operation error',
    metadata: { type: OPERATION_ERROR, 'unwrap-error': 'true' },
    details: bytesOf({ state }),
    cause: own,
  });
}

/** The state and the failure in the body of an operation that did not succeed. Throws an Error if it is none. */
export function unsuccessfulOfBody(
  header: HeaderOf,
  body: Uint8Array,
): { readonly state: UnsuccessfulState; readonly failure: failure.IFailure } {
  const given = nexusFailureOfJson(jsonOf(body));
  const isTyped = given.metadata?.['type'] === OPERATION_ERROR;
  const told = isTyped ? member(given.details, 'state') : undefined;
  const state = told ?? header(HEADERS.operationState);
  if (state !== 'failed' && state !== 'canceled')
    throw new Error(`An operation that did not succeed has the state ${JSON.stringify(state ?? '')}.`);
  // What is around the cause says no more than that the operation ended; the cause says why.
  const own = isTyped && given.cause != null ? given.cause : given;
  return { state, failure: failureOfNexus(own, state) };
}

/** The failure that an answer with the status of an error stands for. Undefined if Nexus does not know the status. */
export function handlerFailureOfAnswer(
  status: number,
  header: HeaderOf,
  body: Uint8Array,
): failure.IFailure | undefined {
  const type = handlerErrorOfStatus(status);
  const given = nexusBody(header, body);
  const retryable = booleanOf(header(HEADERS.retryable));
  if (given?.metadata?.['type'] === HANDLER_ERROR) {
    const told = member(given.details, 'type');
    const override = member(given.details, 'retryableOverride');
    return {
      ...handlerFailure(typeof told === 'string' ? told : (type ?? 'INTERNAL'), given.message ?? '', {
        retryable: typeof override === 'boolean' ? override : retryable,
        cause: given.cause == null ? undefined : failureOfNexus(given.cause),
      }),
      stackTrace: given.stackTrace ?? '',
    };
  }
  if (type === undefined) return undefined;
  const cause = given === undefined ? undefined : failureOfNexus(given);
  return handlerFailure(type, given?.message || `The handler answered with status ${status}`, { retryable, cause });
}

function nexusBody(header: HeaderOf, body: Uint8Array): ReturnType<typeof nexusFailureOfJson> | undefined {
  if (!/^application\/json\b/i.test(header('content-type') ?? '')) return undefined;
  try {
    return nexusFailureOfJson(jsonOf(body));
  } catch {
    return undefined;
  }
}

function member(details: Uint8Array | null | undefined, name: string): JsonValue | undefined {
  const json = details == null ? undefined : jsonOf(details);
  return typeof json === 'object' && json !== null && !Array.isArray(json)
    ? (json as { readonly [name: string]: JsonValue })[name]
    : undefined;
}

function booleanOf(text: string | null | undefined): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined;
}
