import { enums, type common } from '@perdure/protocol';
import type { RunTarget } from '../shard/index.js';

const { EventType } = enums;

/** Where a caller finds the event of its signal: by its request, since the event may not have been written yet. */
export function signalLink(
  namespace: string | null | undefined,
  { workflowId, runId }: Pick<RunTarget, 'workflowId' | 'runId'>,
  requestId: string,
): common.ILink {
  const requestIdRef = { requestId, eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED };
  return { workflowEvent: { namespace, workflowId, runId, requestIdRef } };
}
