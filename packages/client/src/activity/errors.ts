import { errordetails } from '@perdure/protocol';
import { statusDetails, throwStandaloneError, unpack } from '../error-conversion.js';
import { ActivityExecutionAlreadyStartedError, ActivityNotFoundError, isGrpcServiceError } from '../errors.js';

/** Throws the error for a failed call about activities without a workflow. */
export function throwActivityError(error: unknown, fallbackMessage: string): never {
  const details = isGrpcServiceError(error) ? error.details : '';
  const notFound = new ActivityNotFoundError(details === '' ? 'Activity not found' : details);
  return throwStandaloneError(error, fallbackMessage, 'activities without a workflow', notFound);
}

/** Throws the error for an activity that could not be started. */
export function throwStartActivityError(error: unknown, activityId: string): never {
  for (const packed of error instanceof Error ? statusDetails(error) : []) {
    const started = unpack(errordetails.ActivityExecutionAlreadyStartedFailure, packed);
    if (started === undefined) continue;
    throw new ActivityExecutionAlreadyStartedError('Activity execution already started', activityId, started.runId);
  }
  return throwActivityError(error, 'Failed to start activity');
}
