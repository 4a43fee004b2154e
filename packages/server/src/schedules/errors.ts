import type { ScheduleState } from '@perdure/engine/schedule';
import { ServiceError } from '../api/index.js';

/** There is no such schedule. */
export function scheduleNotFound(scheduleId: string): ServiceError {
  return new ServiceError('NOT_FOUND', `schedule not found: ${scheduleId}`, { type: 'NotFoundFailure', fields: {} });
}

/** There is one already. Clients know it by the detail, which is that of a workflow that runs. */
export function alreadyExists({ key, createRequestId, incarnation }: ScheduleState): ServiceError {
  return new ServiceError('ALREADY_EXISTS', `Schedule ${key.scheduleId} already exists.`, {
    type: 'WorkflowExecutionAlreadyStartedFailure',
    fields: { startRequestId: createRequestId, runId: incarnation },
  });
}
