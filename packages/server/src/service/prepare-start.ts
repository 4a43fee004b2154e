import type { StartedExecution } from '@perdure/engine';
import { enums, type workflowservice } from '@perdure/protocol';
import { ServiceError } from '../api/index.js';
import type { RunTarget } from '../shard/index.js';
import { checkCallbacks } from './callback-checks.js';
import { checkStart, require } from './request-checks.js';
import { validateSearchAttributes, withTypeMetadata } from './search-attribute-validation.js';
import type { Services } from './services.js';

const { EventType, WorkflowIdConflictPolicy, WorkflowIdReusePolicy } = enums;

/** A start that passed every check that does not depend on the executions there are. */
export interface PreparedStart {
  readonly target: RunTarget;
  readonly request: workflowservice.IStartWorkflowExecutionRequest;
}

/** Checks a start request; fills in what the caller may leave out. */
export function prepareStart(
  services: Pick<Services, 'namespaces' | 'limits' | 'newId' | 'callbackAddresses'>,
  request: workflowservice.StartWorkflowExecutionRequest,
): PreparedStart {
  const namespace = services.namespaces.resolveForStart(request.namespace);
  checkStart(request, services.limits);
  checkPolicies(request);
  checkCallbacks(request, services.limits, services.callbackAddresses);
  require(() => validateSearchAttributes(namespace, request.searchAttributes, services.limits));
  const target = { namespaceId: namespace.id, workflowId: request.workflowId, runId: '' };
  const { searchAttributes } = request;
  const typed = searchAttributes && { indexedFields: withTypeMetadata(namespace, searchAttributes.indexedFields) };
  return { target, request: { ...request, searchAttributes: typed, requestId: request.requestId || services.newId() } };
}

function checkPolicies(request: workflowservice.StartWorkflowExecutionRequest): void {
  const { workflowIdReusePolicy: reuse, workflowIdConflictPolicy: conflict } = request;
  const terminates = reuse === WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING;
  if (terminates && conflict !== WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_UNSPECIFIED) {
    throw new ServiceError(
      'INVALID_ARGUMENT',
      'WorkflowIdConflictPolicy cannot be used together with WorkflowIdReusePolicy WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING',
    );
  }
  if (
    reuse === WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE &&
    conflict === WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING
  ) {
    throw new ServiceError(
      'INVALID_ARGUMENT',
      'Invalid WorkflowIDReusePolicy: WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE cannot be used together with WorkflowIdConflictPolicy WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING',
    );
  }
}

/** The answer to a start, without the eager workflow task. */
export function startResponse(
  { runId, firstRunId, started, status, attached }: StartedExecution,
  { namespace, workflowId, requestId }: workflowservice.IStartWorkflowExecutionRequest,
): workflowservice.IStartWorkflowExecutionResponse {
  // Whoever was attached to a run that was there finds the event that says so by the request.
  const reference = attached
    ? { requestIdRef: { requestId, eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED } }
    : { eventRef: { eventId: 1, eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED } };
  const link = { workflowEvent: { namespace, workflowId, runId, ...reference } };
  return { runId, firstExecutionRunId: firstRunId, started, status, link, eagerWorkflowTask: undefined };
}
