import type { Session } from '../../../connection/session.js';
import type { Flags } from '../../../flags.js';
import { textAt, type JsonObject } from '../../../json.js';
import { reapplication, type ResetPoint } from './reset-point.js';
import { newId } from '../../../ids.js';

/** Resets a run to a point of its history; gives the id of the new run. */
export async function resetTo(
  session: Session,
  flags: Flags,
  point: ResetPoint,
  after: JsonObject = {},
): Promise<string> {
  const answer = await session.call('ResetWorkflowExecution', {
    namespace: session.namespace,
    workflowExecution: { workflowId: point.workflowId, runId: point.runId },
    reason: flags.text('reason') ?? 'reset from the command line',
    workflowTaskFinishEventId: point.eventId,
    requestId: newId(),
    identity: session.identity,
    ...reapplication(flags),
    ...after,
  });
  return textAt(answer, 'runId');
}
