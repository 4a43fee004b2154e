import { runPriority, type ExecutionState } from '@perdure/engine';
import {
  enums,
  history,
  msToDuration,
  msToTimestamp,
  services as api,
  type google,
  type workflow,
} from '@perdure/protocol';
import type { AnyRpcMethod } from '../api/index.js';
import { readEvents } from '../history/index.js';
import type { Namespace } from '../namespace/index.js';
import type { LiveExecution } from '../shard/index.js';
import { method } from './handlers.js';
import { callbackInfo, pendingNexusOperation } from './pending-nexus.js';
import { pendingActivity, pendingChildren, pendingWorkflowTask } from './pending-work.js';
import { runTarget } from './request-checks.js';
import { withTypeMetadata } from './search-attribute-validation.js';
import type { Services } from './services.js';

const { EventType } = enums;
const { methods } = api.WorkflowService;

/** DescribeWorkflowExecution. */
export function describeMethods(services: Services): AnyRpcMethod[] {
  return [
    method(methods.DescribeWorkflowExecution, async (request) => {
      const namespace = services.namespaces.resolve(request.namespace);
      const target = runTarget(namespace.id, request.execution);
      const { live, state } = await services.host.read(target, (each) => ({ live: each, state: each.state }));
      return {
        executionConfig: executionConfig(state),
        workflowExecutionInfo: executionInfo(namespace, state),
        pendingActivities: [...state.activities.values()].map(pendingActivity),
        pendingChildren: pendingChildren(state),
        pendingWorkflowTask: pendingWorkflowTask(state.workflowTask),
        pendingNexusOperations: [...state.nexusOperations.values()].map((operation) =>
          pendingNexusOperation(state, operation, services.nexusDelivery),
        ),
        callbacks: state.callbacks.map((callback) => callbackInfo(state, callback, services.nexusDelivery)),
        workflowExtendedInfo: extendedInfo(state, await originalStartTime(services, live, state)),
      };
    }),
  ];
}

function executionConfig({
  started,
  userMetadata,
  workflowTaskTimeoutMs,
}: ExecutionState): workflow.IWorkflowExecutionConfig {
  return {
    taskQueue: started.taskQueue,
    workflowExecutionTimeout: started.workflowExecutionTimeout,
    workflowRunTimeout: started.workflowRunTimeout,
    defaultWorkflowTaskTimeout: msToDuration(workflowTaskTimeoutMs),
    userMetadata,
  };
}

function executionInfo(namespace: Namespace, state: ExecutionState): workflow.IWorkflowExecutionInfo {
  const { key, started, closeTimeMs, executionTimeMs } = state;
  const execution = { workflowId: key.workflowId, runId: key.runId };
  return {
    execution,
    type: started.workflowType,
    startTime: msToTimestamp(state.startTimeMs),
    closeTime: msToTimestamp(closeTimeMs),
    executionDuration: closeTimeMs === undefined ? undefined : msToDuration(Math.max(0, closeTimeMs - executionTimeMs)),
    status: state.status,
    historyLength: state.nextEventId - 1,
    historySizeBytes: state.historySizeBytes,
    parentNamespaceId: started.parentWorkflowNamespaceId,
    parentExecution: started.parentWorkflowExecution,
    // Of a run without parent the first event may name an older run: the one that a reset copied it from.
    rootExecution: started.parentWorkflowExecution == null ? execution : started.rootWorkflowExecution,
    executionTime: msToTimestamp(executionTimeMs),
    memo: { fields: state.memo },
    searchAttributes: { indexedFields: withTypeMetadata(namespace, state.searchAttributes) },
    autoResetPoints: { points: state.resetPoints },
    taskQueue: started.taskQueue?.name,
    stateTransitionCount: state.sequence,
    firstRunId: state.chain.firstRunId,
    priority: runPriority(state),
  };
}

function extendedInfo(
  state: ExecutionState,
  originalStart: google.ITimestamp | undefined,
): workflow.IWorkflowExecutionExtendedInfo {
  return {
    executionExpirationTime: msToTimestamp(state.executionDeadlineMs),
    runExpirationTime: msToTimestamp(state.runDeadlineMs),
    cancelRequested: state.cancelRequested,
    lastResetTime: isReset(state) ? msToTimestamp(state.startTimeMs) : undefined,
    originalStartTime: originalStart,
    requestIdInfos: requestIds(state),
  };
}

/** A run made by a reset carries the first event of the run it was made from, and that event names its run. */
function isReset({ chain, key }: ExecutionState): boolean {
  return chain.originalRunId !== key.runId;
}

/** When the past of this run began: the time of the first event, which a reset copied from an older run. */
async function originalStartTime(
  { store }: Services,
  live: LiveExecution,
  state: ExecutionState,
): Promise<google.ITimestamp | undefined> {
  if (!isReset(state)) return msToTimestamp(state.startTimeMs);
  const { chunks } = await readEvents(store, live, { fromEventId: 1, toEventId: 1, maxEvents: 1, maxBytes: Infinity });
  const [first] = chunks;
  return first === undefined ? undefined : history.History.decode(first).events[0]?.eventTime;
}

function requestIds({ createRequestId, attachedRequests }: ExecutionState): Record<string, workflow.IRequestIdInfo> {
  const infos = new Map<string, workflow.IRequestIdInfo>();
  for (const { requestId, eventId } of attachedRequests) {
    infos.set(requestId, {
      eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED,
      eventId,
      buffered: eventId === 0,
    });
  }
  infos.set(createRequestId, { eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, eventId: 1 });
  return Object.fromEntries(infos);
}
