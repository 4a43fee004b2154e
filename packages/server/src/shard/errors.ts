import { ServiceError } from '../api/index.js';
import type { RunTarget } from './ports.js';

/** There is no such run. */
export function executionNotFound({ workflowId, runId }: RunTarget): ServiceError {
  const message =
    runId === ''
      ? `workflow not found for ID: ${workflowId}`
      : `workflow not found for ID: ${workflowId} and RunId: ${runId}`;
  return new ServiceError('NOT_FOUND', message, { type: 'NotFoundFailure', fields: {} });
}

/** The shard cannot answer now; whether what was asked for has happened is not known. */
export function shardUnavailable(cause: unknown): ServiceError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ServiceError('UNAVAILABLE', `The shard of this execution is being reloaded (${reason}). Try again.`);
}
