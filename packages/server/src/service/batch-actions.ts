import {
  requestCancel,
  signalExecution,
  terminateExecution,
  updateOptions,
  type VisibilityCondition,
} from '@perdure/engine';
import { enums, type batch, type workflowservice } from '@perdure/protocol';
import { ServiceError } from '../api/index.js';
import type { BatchRecord, BatchTarget } from '../batch/index.js';
import type { RunTarget } from '../shard/index.js';
import { deleteExecution } from './outside-methods.js';
import { findResetPoint, type ResetPointWanted } from './reset-point.js';
import { resetWorkflow } from './reset.js';
import { parsedQuery } from './visibility-methods.js';
import type { Services } from './services.js';

type StartRequest = workflowservice.StartBatchOperationRequest;
const { BatchOperationType, ResetType } = enums;

/** The type of what a batch does, as DescribeBatchOperation says it; `undefined` if the request says nothing. */
export function batchOperationType(request: StartRequest): enums.BatchOperationType | undefined {
  if (request.terminationOperation !== undefined) return BatchOperationType.BATCH_OPERATION_TYPE_TERMINATE_WORKFLOW;
  if (request.signalOperation !== undefined) return BatchOperationType.BATCH_OPERATION_TYPE_SIGNAL_WORKFLOW;
  if (request.cancellationOperation !== undefined) return BatchOperationType.BATCH_OPERATION_TYPE_CANCEL_WORKFLOW;
  if (request.deletionOperation !== undefined) return BatchOperationType.BATCH_OPERATION_TYPE_DELETE_WORKFLOW;
  if (request.resetOperation !== undefined) return BatchOperationType.BATCH_OPERATION_TYPE_RESET_WORKFLOW;
  if (request.updateWorkflowOptionsOperation !== undefined)
    return BatchOperationType.BATCH_OPERATION_TYPE_UPDATE_WORKFLOW_EXECUTION_OPTIONS;
  return undefined;
}

/** Who started it: the operation says so. */
export function batchIdentity(request: StartRequest): string {
  const operation =
    request.terminationOperation ??
    request.signalOperation ??
    request.cancellationOperation ??
    request.deletionOperation ??
    request.resetOperation ??
    request.updateWorkflowOptionsOperation;
  return operation?.identity ?? '';
}

/** Does to one execution what a batch is for. Throws NOT_FOUND if there is nothing left to do. */
export async function performBatchAction(
  services: Services,
  { namespaceId, request }: BatchRecord,
  { workflowId, runId }: BatchTarget,
  requestId: string,
): Promise<void> {
  const { host } = services;
  const target: RunTarget = { namespaceId, workflowId, runId };
  const { reason } = request;
  const identity = batchIdentity(request);
  if (request.terminationOperation !== undefined) {
    const { details } = request.terminationOperation;
    await host.execute(target, ({ state }, context) =>
      terminateExecution(state, { reason, details, identity }, context),
    );
  } else if (request.signalOperation !== undefined) {
    const { signal: name, input, header } = request.signalOperation;
    const signal = { name, input, header, identity, requestId };
    await host.execute(target, ({ state }, context) => signalExecution(state, signal, context));
  } else if (request.cancellationOperation !== undefined) {
    await host.execute(target, ({ state }, context) => requestCancel(state, { reason, identity, requestId }, context));
  } else if (request.deletionOperation !== undefined) {
    await deleteExecution(services, target);
  } else if (request.resetOperation !== undefined) {
    await reset(services, { target, requestId, reason }, request.resetOperation);
  } else if (request.updateWorkflowOptionsOperation !== undefined) {
    const { workflowExecutionOptions, updateMask } = request.updateWorkflowOptionsOperation;
    const update = { options: workflowExecutionOptions ?? {}, paths: updateMask?.paths ?? [], identity };
    await host.execute(target, ({ state }, context) => updateOptions(state, update, context));
  } else throw new Error('Invariant violated: a batch without an operation was started');
}

/** The condition of a batch's query, as lists have it. */
export function batchQuery(
  { namespaces }: Services,
  namespaceId: string,
  query: string,
): VisibilityCondition | undefined {
  const namespace = namespaces.byId(namespaceId);
  if (namespace === undefined) throw new ServiceError('NOT_FOUND', `Namespace ${namespaceId} is gone.`);
  return parsedQuery(namespace, query, 'list').where;
}

/** Which point a reset goes back to; `undefined` if the operation says none. */
export function resetPointWanted({ options, resetType }: batch.BatchOperationReset): ResetPointWanted | undefined {
  if (options === undefined) {
    if (resetType === ResetType.RESET_TYPE_FIRST_WORKFLOW_TASK) return { kind: 'first' };
    return resetType === ResetType.RESET_TYPE_LAST_WORKFLOW_TASK ? { kind: 'last' } : undefined;
  }
  if (options.firstWorkflowTask !== undefined) return { kind: 'first' };
  if (options.lastWorkflowTask !== undefined) return { kind: 'last' };
  if (options.buildId) return { kind: 'build', buildId: options.buildId, currentRunOnly: options.currentRunOnly };
  return options.workflowTaskId ? { kind: 'event', eventId: options.workflowTaskId } : undefined;
}

async function reset(
  services: Services,
  { target, requestId, reason }: { readonly target: RunTarget; readonly requestId: string; readonly reason: string },
  operation: batch.BatchOperationReset,
): Promise<void> {
  const wanted = resetPointWanted(operation);
  if (wanted === undefined) throw new Error('Invariant violated: a batch of resets to nowhere was started');
  const namespace = services.namespaces.byId(target.namespaceId);
  if (namespace === undefined) throw new ServiceError('NOT_FOUND', `Namespace ${target.namespaceId} is gone.`);
  const { runId, eventId } = await findResetPoint(services, target, wanted);
  const { options, identity, postResetOperations } = operation;
  await resetWorkflow(services, {
    namespace: namespace.name,
    workflowExecution: { workflowId: target.workflowId, runId },
    reason,
    workflowTaskFinishEventId: eventId,
    requestId,
    resetReapplyType: (options ?? operation).resetReapplyType,
    resetReapplyExcludeTypes: options?.resetReapplyExcludeTypes ?? [],
    postResetOperations,
    identity,
  });
}
