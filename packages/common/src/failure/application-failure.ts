import { nameErrorClass } from '../error-class.js';
import type { Duration } from '../time/index.js';
import type { ApplicationFailureCategory } from './enums.js';
import { TemporalFailure } from './temporal-failure.js';
import { isError, isRecord } from '../type-helpers.js';

/** What an {@link ApplicationFailure} may be made of. */
export interface ApplicationFailureOptions {
  message?: string;
  /** What `RetryPolicy.nonRetryableErrorTypes` is compared with. */
  type?: string;
  /** Whether it is never tried again; false by default. */
  nonRetryable?: boolean;
  /** Values that travel along. They must be convertible by the payload converter. */
  details?: unknown[];
  /** Replaces the retry policy's next interval. The limits on attempts and on total time still hold. */
  nextRetryDelay?: Duration;
  cause?: Error;
  category?: ApplicationFailureCategory;
}

/**
 * The failure that applications throw. From a workflow it fails the execution (any other error fails the workflow task,
 * which is tried again); from an activity it says whether and when another attempt is worth it. Other errors that leave an
 * activity become one by {@link ensureApplicationFailure}.
 */
export class ApplicationFailure extends TemporalFailure {
  static {
    nameErrorClass(this, 'ApplicationFailure');
  }

  /** {@link ApplicationFailure.create} names its arguments. */
  constructor(
    message?: string | undefined | null,
    readonly type?: string | undefined | null,
    readonly nonRetryable?: boolean | undefined | null,
    readonly details?: unknown[] | undefined | null,
    cause?: Error,
    readonly nextRetryDelay?: Duration | undefined | null,
    readonly category?: ApplicationFailureCategory | undefined | null,
  ) {
    super(message, cause);
  }

  /**
   * {@link ensureApplicationFailure}, with some fields replaced. An error that already is an application failure is changed
   * in place, so that its stack trace and identity stay.
   */
  static fromError(error: unknown, overrides?: ApplicationFailureOptions): ApplicationFailure {
    return Object.assign(ensureApplicationFailure(error), overrides);
  }

  /** A failure of named parts, retryable unless it says otherwise. */
  static create(options: ApplicationFailureOptions): ApplicationFailure {
    const { message, type, nonRetryable = false, details, nextRetryDelay, cause, category } = options;
    return new this(message, type, nonRetryable, details, cause, nextRetryDelay, category);
  }

  /** A failure that is tried again, unless the retry policy lists its type. */
  static retryable(message?: string | null, type?: string | null, ...details: unknown[]): ApplicationFailure {
    return new this(message, type ?? 'Error', false, details);
  }

  /** A failure that is not tried again, whatever the retry policy says. */
  static nonRetryable(message?: string | null, type?: string | null, ...details: unknown[]): ApplicationFailure {
    return new this(message, type ?? 'Error', true, details);
  }
}

/**
 * The failure of a payload converter or codec that understands a payload and refuses it: not retryable, with `details`
 * as its only detail (none for null and `undefined`).
 */
export function createPayloadValidationError(details: unknown): ApplicationFailure {
  return ApplicationFailure.create({
    message: 'Payload validation failed',
    type: 'PayloadValidationError',
    nonRetryable: true,
    details: details === undefined || details === null ? [] : [details],
  });
}

/**
 * The error itself if it is an {@link ApplicationFailure}; otherwise a retryable one with its message, its cause if that
 * is an error, its stack trace, and the name of its class as type.
 */
export function ensureApplicationFailure(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  if (!isRecord(error)) {
    return withStack(ApplicationFailure.create({ message: String(error) }), '');
  }
  const { message, stack, cause } = error;
  const failure = ApplicationFailure.create({
    message: typeof message === 'string' ? message : describe(error),
    type: className(error),
    cause: isError(cause) ? cause : undefined,
  });
  return withStack(failure, typeof stack === 'string' ? stack : '');
}

/** The error itself if it is a {@link TemporalFailure}, otherwise {@link ensureApplicationFailure} of it. */
export function ensureTemporalFailure(error: unknown): TemporalFailure {
  return error instanceof TemporalFailure ? error : ensureApplicationFailure(error);
}

/** What to show of an object that was thrown without being an error. */
export function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

function className(error: Record<string, unknown>): string | undefined {
  const name = (error.constructor as { name?: unknown } | undefined)?.name ?? error.name;
  return typeof name === 'string' ? name : undefined;
}

function withStack(failure: ApplicationFailure, stack: string): ApplicationFailure {
  failure.stack = stack;
  return failure;
}
