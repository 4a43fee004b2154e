import { invalidId, invalidPayloads } from '@perdure/engine';
import { enums, services as api, type workflowservice } from '@perdure/protocol';
import { ServiceError, type AnyRpcMethod, type CallContext } from '../api/index.js';
import type { UpdateProgress } from '../updates/index.js';
import { method } from './handlers.js';
import { require, runTarget } from './request-checks.js';
import type { Services } from './services.js';

const { methods } = api.WorkflowService;
const { UpdateWorkflowExecutionLifecycleStage: Stage } = enums;

/** UpdateWorkflowExecution and PollWorkflowExecutionUpdate. */
export function updateMethods(services: Services): AnyRpcMethod[] {
  return [
    method(methods.UpdateWorkflowExecution, (request, context) => update(services, request, context)),
    method(methods.PollWorkflowExecutionUpdate, (request, context) => poll(services, request, context)),
  ];
}

/** Refuses an update request that no workflow could be given. */
export function checkUpdate(
  { limits }: Services,
  { request, waitPolicy }: workflowservice.UpdateWorkflowExecutionRequest,
): void {
  require(() => (request === undefined ? 'Update Request is not set on request.' : undefined), () =>
    request?.input === undefined ? 'Update Input is not set on request.' : undefined, () =>
    invalidId('Update Name', request?.input?.name, limits), () =>
    invalidId('Update Id', request?.meta?.updateId, limits, { optional: true }), () =>
    invalidPayloads('Update Input.Args', request?.input?.args, limits), () =>
    waitPolicy?.lifecycleStage === undefined || waitPolicy.lifecycleStage in STAGES
      ? undefined
      : `Unknown lifecycle stage ${waitPolicy.lifecycleStage} in WaitPolicy.`);
  if (waitPolicy?.lifecycleStage === Stage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED) {
    throw new ServiceError(
      'PERMISSION_DENIED',
      'WaitPolicy.LifecycleStage ADMITTED is not allowed: an update that is only admitted does not outlive a restart. Wait for ACCEPTED or COMPLETED.',
    );
  }
}

const STAGES: Readonly<Record<number, true>> = { 0: true, 1: true, 2: true, 3: true };

async function update(
  services: Services,
  request: workflowservice.UpdateWorkflowExecutionRequest,
  context: CallContext,
): Promise<workflowservice.IUpdateWorkflowExecutionResponse> {
  const namespace = services.namespaces.resolve(request.namespace);
  const target = runTarget(namespace.id, request.workflowExecution);
  checkUpdate(services, request);
  const updateId = request.request?.meta?.updateId || services.newId();
  const meta = { ...request.request?.meta, updateId };
  const stage = Math.max(
    request.waitPolicy?.lifecycleStage ?? 0,
    Stage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED,
  );
  const progress = await services.updates.update(
    target,
    { ...request.request, meta },
    stage as enums.UpdateWorkflowExecutionLifecycleStage,
    context,
  );
  return updateResponse(target.workflowId, updateId, progress);
}

/** The answer to an update or to a poll for one: where it stands, and its outcome if it has one. */
export function updateResponse(
  workflowId: string,
  updateId: string,
  progress: UpdateProgress,
): workflowservice.IUpdateWorkflowExecutionResponse {
  return {
    updateRef: { workflowExecution: { workflowId, runId: progress.runId }, updateId },
    outcome: progress.outcome,
    stage: progress.stage,
  };
}

async function poll(
  services: Services,
  request: workflowservice.PollWorkflowExecutionUpdateRequest,
  context: CallContext,
): Promise<workflowservice.IPollWorkflowExecutionUpdateResponse> {
  const namespace = services.namespaces.resolve(request.namespace);
  const target = runTarget(namespace.id, request.updateRef?.workflowExecution);
  const updateId = request.updateRef?.updateId ?? '';
  require(() => invalidId('UpdateRef.UpdateId', updateId, services.limits));
  const stage = request.waitPolicy?.lifecycleStage ?? Stage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_UNSPECIFIED;
  const progress = await services.updates.poll(target, updateId, stage, context);
  return updateResponse(target.workflowId, updateId, progress);
}
