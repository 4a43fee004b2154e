import {
  ApplicationFailure,
  CancelledFailure,
  CompleteAsyncError,
  defaultFailureConverter,
  defaultPayloadConverter,
  ensureApplicationFailure,
  type LoadedDataConverter,
  type Payload,
  type ProtoFailure,
  type SerializationContext,
} from '@perdure/common';
import { isAbortError } from '@perdure/common/internal';
import { encodeErrorToFailure } from '@perdure/common/internal/conversion';
import type { CancelReason } from './cancel-reason.js';

/** How an attempt of an activity ended, ready for the wire. */
export type ActivityOutcome =
  | { readonly status: 'completed'; readonly result: Payload }
  | { readonly status: 'failed'; readonly failure: ProtoFailure; readonly isBenign: boolean }
  | { readonly status: 'cancelled'; readonly failure: ProtoFailure }
  /** Somebody else will complete it, later. */
  | { readonly status: 'async' };

/** What an attempt comes to that threw: a failure, a confirmed cancellation, or a promise to complete it later. */
export async function outcomeOfError(
  error: unknown,
  cancelReason: CancelReason | undefined,
  dataConverter: LoadedDataConverter,
  context: SerializationContext,
): Promise<ActivityOutcome> {
  if (error instanceof CompleteAsyncError) return { status: 'async' };
  const confirmed = error instanceof CancelledFailure || isAbortError(error) ? cancelReason : undefined;
  switch (confirmed) {
    case 'PAUSED':
      return failedOutcome(ApplicationFailure.create({ message: 'Activity paused', type: 'ActivityPause' }));
    case 'RESET':
      return failedOutcome(ApplicationFailure.create({ message: 'Activity reset', type: 'ActivityReset' }));
    // A failure, so that another worker tries it again: a cancelled activity is never retried.
    case 'WORKER_SHUTDOWN':
      return failedOutcome(
        ApplicationFailure.create({
          message: 'Worker is shutting down and this activity did not complete in time',
          type: 'WorkerShutdown',
        }),
      );
    case 'CANCELLED':
    case 'NOT_FOUND':
    case 'TIMED_OUT': {
      const cancelled = error instanceof CancelledFailure ? error : new CancelledFailure('');
      return { status: 'cancelled', failure: await encodeErrorToFailure(dataConverter, cancelled, context) };
    }
    case 'HEARTBEAT_DETAILS_CONVERSION_FAILED':
    case undefined: {
      const failure = ensureApplicationFailure(error);
      const isBenign = failure.category === 'BENIGN';
      return { status: 'failed', failure: await encodeErrorToFailure(dataConverter, failure, context), isBenign };
    }
  }
}

/** The outcome of a failure that the worker itself made: converted without the converters of the application. */
export function failedOutcome(error: ApplicationFailure): ActivityOutcome {
  const failure = defaultFailureConverter.errorToFailure(error, defaultPayloadConverter);
  return { status: 'failed', failure: { ...failure, stackTrace: '' }, isBenign: false };
}
