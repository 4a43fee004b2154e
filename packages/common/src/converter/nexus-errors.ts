/** The types that Nexus defines for the errors of handlers; any other arrives as UNKNOWN. */
export const HANDLER_ERROR_TYPES: ReadonlySet<string> = new Set([
  'UNKNOWN',
  'BAD_REQUEST',
  'UNAUTHENTICATED',
  'UNAUTHORIZED',
  'NOT_FOUND',
  'REQUEST_TIMEOUT',
  'CONFLICT',
  'RESOURCE_EXHAUSTED',
  'INTERNAL',
  'NOT_IMPLEMENTED',
  'UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
]);

/** `temporal.api.enums.v1.NexusHandlerErrorRetryBehavior` where it says anything. */
export const RETRY_BEHAVIOR_RETRYABLE = 1;
/** See {@link RETRY_BEHAVIOR_RETRYABLE}. */
export const RETRY_BEHAVIOR_NON_RETRYABLE = 2;

/** Whether an error is tried again, by its retry behaviour; `undefined` where its type decides. */
export const RETRYABLE_BY_BEHAVIOR: ReadonlyMap<number, boolean> = new Map([
  [RETRY_BEHAVIOR_RETRYABLE, true],
  [RETRY_BEHAVIOR_NON_RETRYABLE, false],
]);
