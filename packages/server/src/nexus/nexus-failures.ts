import { failure, type common, type nexus } from '@perdure/protocol';
import { fromJson, toJson, type JsonValue } from '@perdure/protocol/json';

/** What says in the metadata of a Nexus failure that its details are a failure of Temporal in JSON. */
const TEMPORAL_FAILURE = failure.Failure.typeName;
/** The type of the application failure that a Nexus failure of another kind becomes. */
const FOREIGN_FAILURE = 'NexusFailure';

/** How an operation ended that did not succeed. */
export type UnsuccessfulState = 'failed' | 'canceled';

/**
 * A failure as Nexus carries it, as workflows know failures. One that was a failure of Temporal becomes what it was; any
 * other becomes an application failure, or a cancellation, with everything it held as details.
 */
export function failureOfNexus(given: nexus.IFailure, state: UnsuccessfulState = 'failed'): failure.IFailure {
  const own = temporalFailure(given);
  if (own !== undefined) return own;
  const details = foreignDetails(given);
  return {
    message: given.message ?? '',
    stackTrace: given.stackTrace ?? '',
    ...(given.cause == null ? {} : { cause: failureOfNexus(given.cause) }),
    ...(state === 'canceled'
      ? { canceledFailureInfo: { ...(details && { details }) } }
      : { applicationFailureInfo: { type: FOREIGN_FAILURE, nonRetryable: true, ...(details && { details }) } }),
  };
}

function temporalFailure({
  message,
  stackTrace,
  metadata,
  details,
  cause,
}: nexus.IFailure): failure.IFailure | undefined {
  if (metadata?.['type'] !== TEMPORAL_FAILURE) return undefined;
  let decoded: failure.IFailure;
  try {
    decoded = fromJson(failure.Failure, details?.length ? jsonOf(details) : {}, { ignoreUnknownFields: true });
  } catch {
    return undefined;
  }
  return {
    ...decoded,
    message: message ?? '',
    stackTrace: stackTrace ?? '',
    ...(decoded.cause == null && cause != null ? { cause: failureOfNexus(cause) } : {}),
  };
}

/** The inverse of `failureOfNexus`. */
export function nexusFailure(given: failure.IFailure): nexus.IFailure {
  const { message, stackTrace, cause, ...rest } = given;
  const common = {
    message: message ?? '',
    ...(stackTrace ? { stackTrace } : {}),
    ...(cause == null ? {} : { cause: nexusFailure(cause) }),
  };
  const foreign = foreignFailure(given);
  if (foreign !== undefined) return { ...foreign, ...common };
  return {
    ...common,
    metadata: { type: TEMPORAL_FAILURE },
    details: bytesOf(toJson(failure.Failure, rest)),
  };
}

/** Metadata and details of a failure that is not Temporal's, as one payload. */
function foreignDetails({ metadata, details }: nexus.IFailure): common.IPayloads | undefined {
  const hasDetails = details != null && details.length > 0;
  if (!hasDetails && Object.keys(metadata ?? {}).length === 0) return undefined;
  const json = { ...(metadata && { metadata }), ...(hasDetails && { details: jsonOf(details) }) };
  return { payloads: [{ metadata: { encoding: Buffer.from('json/plain') }, data: bytesOf(json) }] };
}

function foreignFailure({ applicationFailureInfo: info }: failure.IFailure): nexus.IFailure | undefined {
  if (info?.type !== FOREIGN_FAILURE) return undefined;
  const data = info.details?.payloads?.[0]?.data;
  if (data == null) return {};
  try {
    const { metadata, details } = nexusFailureOfJson(jsonOf(data));
    return { ...(metadata && { metadata }), ...(details && { details }) };
  } catch {
    return undefined;
  }
}

/** A failure in the JSON that Nexus has in the bodies of HTTP. */
export function jsonOfNexusFailure({ message, stackTrace, metadata, details, cause }: nexus.IFailure): JsonValue {
  return {
    message: message ?? '',
    ...(stackTrace ? { stackTrace } : {}),
    ...(metadata && Object.keys(metadata).length > 0 ? { metadata: { ...metadata } } : {}),
    ...(details?.length ? { details: jsonOf(details) } : {}),
    ...(cause == null ? {} : { cause: jsonOfNexusFailure(cause) }),
  };
}

/** The inverse of `jsonOfNexusFailure`. Throws an Error with one sentence if it is no such JSON. */
export function nexusFailureOfJson(json: JsonValue | undefined): nexus.IFailure {
  if (!isObject(json)) throw new Error('A failure must be an object in JSON.');
  const { message, stackTrace, metadata, details, cause } = json;
  return {
    message: textOf(message),
    stackTrace: textOf(stackTrace),
    metadata: isObject(metadata)
      ? Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, textOf(value)]))
      : {},
    ...(details == null ? {} : { details: bytesOf(details) }),
    ...(cause == null ? {} : { cause: nexusFailureOfJson(cause) }),
  };
}

/** JSON out of bytes; text that is none stays text. */
export function jsonOf(bytes: Uint8Array): JsonValue {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

/** The inverse of `jsonOf`. */
export function bytesOf(json: JsonValue): Uint8Array {
  return Buffer.from(JSON.stringify(json));
}

function isObject(json: JsonValue | undefined): json is { readonly [name: string]: JsonValue } {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function textOf(json: JsonValue | undefined): string {
  return typeof json === 'string' ? json : '';
}
