import { wholeSecond, type PlannedStart, type ScheduleState } from '@perdure/engine/schedule';
import { enums, type common, type workflowservice } from '@perdure/protocol';

const { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } = enums;
const encoder = new TextEncoder();
const ENCODING = encoder.encode('json/plain');

type Startable = Pick<ScheduleState, 'key' | 'namespace' | 'schedule' | 'lastCompletionResult' | 'lastFailure'>;

/** The start of a workflow as a schedule asks for it. */
export function startRequest(
  state: Startable,
  start: Pick<PlannedStart, 'workflowId' | 'requestId' | 'nominalMs'>,
): workflowservice.IStartWorkflowExecutionRequest {
  const action = state.schedule.action?.startWorkflow ?? {};
  return {
    namespace: state.namespace,
    workflowId: start.workflowId,
    workflowType: action.workflowType,
    taskQueue: action.taskQueue,
    input: action.input,
    workflowExecutionTimeout: action.workflowExecutionTimeout,
    workflowRunTimeout: action.workflowRunTimeout,
    workflowTaskTimeout: action.workflowTaskTimeout,
    identity: schedulerIdentity(state),
    requestId: start.requestId,
    workflowIdReusePolicy: WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
    retryPolicy: action.retryPolicy,
    memo: action.memo,
    searchAttributes: {
      indexedFields: {
        ...action.searchAttributes?.indexedFields,
        TemporalScheduledStartTime: json(wholeSecond(start.nominalMs), 'Datetime'),
        TemporalScheduledById: json(state.key.scheduleId, 'Keyword'),
      },
    },
    header: action.header,
    lastCompletionResult: state.lastCompletionResult,
    continuedFailure: state.lastFailure,
    userMetadata: action.userMetadata,
    versioningOverride: action.versioningOverride,
    priority: action.priority,
  };
}

/** Who starts, cancels and terminates workflows for a schedule, as histories name it. */
export function schedulerIdentity({ namespace, key }: Pick<ScheduleState, 'namespace' | 'key'>): string {
  return `temporal-scheduler-${namespace}-${key.scheduleId}`;
}

function json(value: string, type: string): common.IPayload {
  return { metadata: { encoding: ENCODING, type: encoder.encode(type) }, data: encoder.encode(JSON.stringify(value)) };
}
