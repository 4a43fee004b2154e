import { resetExecution } from '@perdure/engine';
import { enums, history, type workflowservice } from '@perdure/protocol';
import { ServiceError } from '../api/index.js';
import { readEvents } from '../history/index.js';
import type { LiveExecution } from '../shard/index.js';
import { runTarget } from './request-checks.js';
import type { Services } from './services.js';

const { ResetReapplyExcludeType: Exclude, ResetReapplyType } = enums;
const PAGE_EVENTS = 1000;
const PAGE_BYTES = 4 * 1024 * 1024;

/** ResetWorkflowExecution: a new run that shares the past of another one. */
export async function resetWorkflow(
  services: Services,
  request: workflowservice.ResetWorkflowExecutionRequest,
): Promise<workflowservice.IResetWorkflowExecutionResponse> {
  const namespace = services.namespaces.resolve(request.namespace);
  const target = runTarget(namespace.id, request.workflowExecution, services.limits);
  if (request.requestId === '') throw new ServiceError('INVALID_ARGUMENT', 'RequestId is not set on request.');
  const base = await services.host.read(target, (live) => live);
  const events = await allEvents(services, base);
  const reapplies = reappliedTypes(request);
  const current = { ...base.state.key, runId: '' };
  const executed = await services.host.executeAll([base.state.key, current], ([baseLive, currentLive], context) => {
    if (baseLive === undefined || currentLive === undefined)
      throw new Error('Invariant violated: a loaded run is missing');
    return resetExecution(
      {
        base: baseLive.state,
        events,
        current: currentLive.state,
        workflowTaskFinishEventId: request.workflowTaskFinishEventId,
        reason: request.reason,
        requestId: request.requestId,
        identity: request.identity,
        ...reapplies,
      },
      context,
    );
  });
  return { runId: executed.result.runId };
}

function reappliedTypes({ resetReapplyType, resetReapplyExcludeTypes }: workflowservice.ResetWorkflowExecutionRequest) {
  const excluded = new Set(resetReapplyExcludeTypes);
  const none = resetReapplyType === ResetReapplyType.RESET_REAPPLY_TYPE_NONE;
  const onlySignals = resetReapplyType === ResetReapplyType.RESET_REAPPLY_TYPE_SIGNAL;
  return {
    reappliesSignals: !none && !excluded.has(Exclude.RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL),
    reappliesUpdates: !none && !onlySignals && !excluded.has(Exclude.RESET_REAPPLY_EXCLUDE_TYPE_UPDATE),
    // Measured: Temporal's server does not carry a cancel request over a reset, whatever the types say.
    reappliesCancelRequest: false,
  };
}

async function allEvents({ store }: Services, live: LiveExecution): Promise<history.HistoryEvent[]> {
  const toEventId = live.durableNextEventId - 1;
  const events: history.HistoryEvent[] = [];
  let fromEventId: number | undefined = 1;
  while (fromEventId !== undefined) {
    const page = await readEvents(store, live, {
      fromEventId,
      toEventId,
      maxEvents: PAGE_EVENTS,
      maxBytes: PAGE_BYTES,
    });
    for (const chunk of page.chunks) events.push(...history.History.decode(chunk).events);
    fromEventId = page.nextEventId;
  }
  return events;
}
