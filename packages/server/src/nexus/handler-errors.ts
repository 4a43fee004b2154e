import { enums, type failure } from '@perdure/protocol';

const { NexusHandlerErrorRetryBehavior: RetryBehavior } = enums;

/** Types of errors as the Nexus specification has them: their status in HTTP, and whether to try again. */
export const HANDLER_ERRORS = {
  BAD_REQUEST: { status: 400, retryable: false },
  UNAUTHENTICATED: { status: 401, retryable: false },
  UNAUTHORIZED: { status: 403, retryable: false },
  NOT_FOUND: { status: 404, retryable: false },
  REQUEST_TIMEOUT: { status: 408, retryable: true },
  CONFLICT: { status: 409, retryable: false },
  RESOURCE_EXHAUSTED: { status: 429, retryable: true },
  INTERNAL: { status: 500, retryable: true },
  NOT_IMPLEMENTED: { status: 501, retryable: false },
  UNAVAILABLE: { status: 503, retryable: true },
  UPSTREAM_TIMEOUT: { status: 520, retryable: true },
} as const;

/** A type of error of the specification. */
export type HandlerErrorType = keyof typeof HANDLER_ERRORS;

/** The row of a type of error; what the specification does not know counts as INTERNAL. */
export function handlerErrorRow(type: string): { readonly status: number; readonly retryable: boolean } {
  return Object.hasOwn(HANDLER_ERRORS, type) ? HANDLER_ERRORS[type as HandlerErrorType] : HANDLER_ERRORS.INTERNAL;
}

/** The type of error that has this status in HTTP. */
export function handlerErrorOfStatus(status: number): HandlerErrorType | undefined {
  const found = Object.entries(HANDLER_ERRORS).find(([, row]) => row.status === status);
  return found?.[0] as HandlerErrorType | undefined;
}

/** The failure that says that a handler, or somebody on the way to it, could not deal with a request. */
export function handlerFailure(
  type: string,
  message: string,
  options: { readonly retryable?: boolean | undefined; readonly cause?: failure.IFailure | undefined } = {},
): failure.IFailure {
  const { retryable, cause } = options;
  return {
    message,
    nexusHandlerFailureInfo: { type, retryBehavior: retryBehaviorOf(retryable) },
    ...(cause === undefined ? {} : { cause }),
  };
}

/** What a failure of a handler says of itself. */
export function describeHandlerFailure(given: failure.IFailure): {
  readonly errorType: string;
  readonly retryable: boolean;
  /** What the handler says against the rule of the type; undefined if it says nothing. */
  readonly retryableOverride: boolean | undefined;
} {
  const { type, retryBehavior } = given.nexusHandlerFailureInfo ?? {};
  const errorType = type || 'INTERNAL';
  const retryableOverride = overrideOf(retryBehavior);
  return { errorType, retryableOverride, retryable: retryableOverride ?? handlerErrorRow(errorType).retryable };
}

function retryBehaviorOf(retryable: boolean | undefined): enums.NexusHandlerErrorRetryBehavior {
  if (retryable === undefined) return RetryBehavior.NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_UNSPECIFIED;
  return retryable
    ? RetryBehavior.NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_RETRYABLE
    : RetryBehavior.NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_NON_RETRYABLE;
}

function overrideOf(behavior: enums.NexusHandlerErrorRetryBehavior | null | undefined): boolean | undefined {
  if (behavior === RetryBehavior.NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_RETRYABLE) return true;
  if (behavior === RetryBehavior.NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_NON_RETRYABLE) return false;
  return undefined;
}
