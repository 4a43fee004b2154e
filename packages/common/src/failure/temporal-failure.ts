import type { failure } from '@perdure/protocol';
import { nameErrorClass } from '../error-class.js';

/** The source that failures made by this SDK carry; the one that every TypeScript SDK of this protocol uses. */
export const FAILURE_SOURCE = 'TypeScriptSDK';

/** `temporal.api.failure.v1.Failure`. */
export type ProtoFailure = failure.IFailure;

/**
 * A failure that crosses from one workflow or activity to another. Neither extend it nor its subclasses, and throw none
 * but `ApplicationFailure` (and `CancelledFailure` where it is passed on): the others are the SDK's to make.
 */
export class TemporalFailure extends Error {
  static {
    nameErrorClass(this, 'TemporalFailure');
  }

  override readonly cause?: Error;
  /** The failure that this error was made of, where it came from outside. */
  failure?: ProtoFailure;

  constructor(message?: string | undefined | null, cause?: Error) {
    super(message ?? undefined);
    this.cause = cause;
  }
}
