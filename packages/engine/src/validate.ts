import { durationToMs, failure, type common, type google } from '@perdure/protocol';
import type { Limits } from './limits.js';

/** Runs checks in order; answers the first complaint. */
export function firstInvalid(...checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const complaint = check();
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}

const UTF8_MAX_BYTES_PER_CHAR = 3;

/** Length of the UTF-8 form, without encoding what is obviously short. */
export function byteLength(text: string): number {
  let bytes = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** A name or id must be there (unless optional) and not be longer than the limit. */
export function invalidId(
  field: string,
  value: string | null | undefined,
  limits: Limits,
  options: { readonly optional?: boolean } = {},
): string | undefined {
  if (value == null || value === '') return options.optional === true ? undefined : `${field} is not set.`;
  if (value.length * UTF8_MAX_BYTES_PER_CHAR <= limits.idLengthBytes) return undefined;
  const bytes = byteLength(value);
  return bytes > limits.idLengthBytes
    ? `${field} length exceeds limit: ${bytes} bytes, at most ${limits.idLengthBytes} are allowed.`
    : undefined;
}

/** Durations may be absent or zero, never negative. */
export function invalidTimeout(field: string, value: google.IDuration | null | undefined): string | undefined {
  const ms = durationToMs(value);
  if (ms === undefined || ms >= 0) return undefined;
  return `Invalid ${field}: ${ms / 1000} s is negative; give a duration of zero (none) or more.`;
}

/** Size of all payloads together. */
export function payloadsSizeBytes(payloads: common.IPayloads | null | undefined): number {
  let bytes = 0;
  for (const payload of payloads?.payloads ?? []) bytes += payloadSizeBytes(payload);
  return bytes;
}

/** Data and metadata of a payload, close to its encoded size. */
export function payloadSizeBytes(payload: common.IPayload | null | undefined): number {
  let bytes = payload?.data?.length ?? 0;
  for (const [key, value] of Object.entries(payload?.metadata ?? {})) bytes += key.length + (value?.length ?? 0);
  return bytes;
}

/** Size of a failure with all its causes, encoded. */
export function failureSizeBytes(given: failure.IFailure | null | undefined): number {
  return given == null ? 0 : failure.Failure.encode(given).length;
}

/** Size of a memo's values. */
export function memoSizeBytes(fields: Readonly<Record<string, common.IPayload>> | null | undefined): number {
  let bytes = 0;
  for (const payload of Object.values(fields ?? {})) bytes += payloadSizeBytes(payload);
  return bytes;
}

/** Payloads may be at most as large as the limit, all together. */
export function invalidPayloads(
  field: string,
  payloads: common.IPayloads | null | undefined,
  limits: Limits,
): string | undefined {
  const bytes = payloadsSizeBytes(payloads);
  if (bytes <= limits.payloadSizeBytes) return undefined;
  return `${field} exceeds size limit: ${bytes} bytes, at most ${limits.payloadSizeBytes} are allowed.`;
}

/** Why a retry policy makes no sense, in the words of Temporal's server. */
export function invalidRetryPolicy(policy: common.IRetryPolicy | null | undefined): string | undefined {
  if (policy == null) return undefined;
  const initialMs = durationToMs(policy.initialInterval) ?? 0;
  const maximumMs = durationToMs(policy.maximumInterval) ?? 0;
  const coefficient = policy.backoffCoefficient ?? 0;
  const attempts = policy.maximumAttempts ?? 0;
  if (attempts === 1) return undefined;
  if (initialMs < 0) return 'InitialInterval cannot be negative on retry policy.';
  if (coefficient !== 0 && !(coefficient >= 1)) return 'BackoffCoefficient cannot be less than 1 on retry policy.';
  if (maximumMs < 0) return 'MaximumInterval cannot be negative on retry policy.';
  if (maximumMs > 0 && maximumMs < initialMs)
    return 'MaximumInterval cannot be less than InitialInterval on retry policy.';
  if (attempts < 0) return 'MaximumAttempts cannot be negative on retry policy.';
  return invalidErrorTypes(policy.nonRetryableErrorTypes ?? []);
}

const TIMEOUT_ERROR_TYPE = /^TemporalTimeout:(StartToClose|ScheduleToStart|ScheduleToClose|Heartbeat)$/;

function invalidErrorTypes(types: readonly string[]): string | undefined {
  for (const type of types) {
    if (type.startsWith('TemporalTimeout:') && !TIMEOUT_ERROR_TYPE.test(type))
      return `Invalid timeout type value: ${type}.`;
  }
  return undefined;
}
