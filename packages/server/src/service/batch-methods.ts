import { invalidId, invalidPayloads, refusedOptions, type Limits } from '@perdure/engine';
import { enums, msToTimestamp, services as api, type common, type workflowservice } from '@perdure/protocol';
import { ServiceError, type AnyRpcMethod } from '../api/index.js';
import type { BatchRecord } from '../batch/index.js';
import { batchIdentity, batchOperationType, resetPointWanted } from './batch-actions.js';
import { method } from './handlers.js';
import { decodeBatchPageToken, encodeBatchPageToken } from './page-tokens.js';
import { require, runTarget } from './request-checks.js';
import { checkedPostResetOperations } from './reset.js';
import type { Services } from './services.js';
import { parsedQuery } from './visibility-methods.js';

type StartRequest = workflowservice.StartBatchOperationRequest;

const { methods } = api.WorkflowService;
const { BatchOperationState, ExecutionType } = enums;

/** StartBatchOperation, StopBatchOperation, DescribeBatchOperation and ListBatchOperations. */
export function batchMethods(services: Services): AnyRpcMethod[] {
  const { namespaces, batches, limits } = services;
  return [
    method(methods.StartBatchOperation, async (request) => {
      const namespace = namespaces.resolve(request.namespace);
      const asked = { ...request, executions: namedExecutions(request), targetExecutions: [] };
      checkStart(services, namespace.id, asked);
      if (request.visibilityQuery !== '') parsedQuery(namespace, request.visibilityQuery, 'list');
      await batches.start(namespace.id, asked);
      return {};
    }),
    method(methods.StopBatchOperation, async (request) => {
      const { id } = namespaces.resolve(request.namespace);
      require(() => invalidId('JobId', request.jobId, limits), () =>
        request.reason === '' ? 'Reason is not set on request.' : undefined);
      await batches.cancel(id, request.jobId, request.reason);
      return {};
    }),
    method(methods.DescribeBatchOperation, async (request) => {
      const { id } = namespaces.resolve(request.namespace);
      require(() => invalidId('JobId', request.jobId, limits));
      return described(await batches.describe(id, request.jobId));
    }),
    method(methods.ListBatchOperations, async (request) => {
      const { id } = namespaces.resolve(request.namespace);
      if (request.pageSize < 0) throw new ServiceError('INVALID_ARGUMENT', `PageSize ${request.pageSize} is negative.`);
      const size = Math.min(request.pageSize || limits.visibilityPageSize, limits.visibilityPageSize);
      const after = decodeBatchPageToken(request.nextPageToken);
      const all = await batches.list(id);
      const left = after === undefined ? all : all.filter((each) => isAfter(each, after));
      const page = left.slice(0, size);
      const last = page.at(-1);
      const nextPageToken = left.length > size && last ? encodeBatchPageToken(last.startTimeMs, last.jobId) : undefined;
      return { operationInfo: page.map(listed), nextPageToken };
    }),
  ];
}

/** Lists begin with the latest. */
function isAfter({ startTimeMs, jobId }: BatchRecord, [afterMs, afterJobId]: readonly [number, string]): boolean {
  return startTimeMs < afterMs || (startTimeMs === afterMs && jobId > afterJobId);
}

/** The executions that are named one by one, in the field of old or in the one that takes its place. */
function namedExecutions({ executions, targetExecutions }: StartRequest): common.WorkflowExecution[] {
  const targets = targetExecutions.map(({ type, businessId, runId }) => {
    if (type !== ExecutionType.EXECUTION_TYPE_WORKFLOW) {
      throw new ServiceError(
        'UNIMPLEMENTED',
        `StartBatchOperationRequest.target_executions of type ${type} are not supported by this server: only workflows are.`,
      );
    }
    return { workflowId: businessId, runId };
  });
  return [...executions, ...targets];
}

function checkStart(services: Services, namespaceId: string, request: StartRequest): void {
  const { limits } = services;
  const { executions, visibilityQuery, reason, maxOperationsPerSecond } = request;
  require(() => invalidId('JobId', request.jobId, limits), () =>
    reason === '' ? 'Reason is not set on request.' : undefined, () =>
    visibilityQuery === '' && executions.length === 0
      ? 'Neither VisibilityQuery nor Executions is set on request: say which executions are meant.'
      : undefined, () =>
    visibilityQuery !== '' && executions.length > 0
      ? 'VisibilityQuery and Executions are both set on request; only one of them can say which executions are meant.'
      : undefined, () =>
    executions.length > limits.batchExecutions
      ? `Executions has ${executions.length} entries, at most ${limits.batchExecutions} are allowed. Use a VisibilityQuery.`
      : undefined, () =>
    maxOperationsPerSecond >= 0 ? undefined : `MaxOperationsPerSecond ${maxOperationsPerSecond} is negative.`);
  for (const execution of executions) runTarget(namespaceId, execution);
  refuseWhatIsNotHere(request);
  checkOperation(services, request);
}

/** Operations that Temporal's server knows and this one does not, by the names of their fields. */
const NOT_HERE = {
  unpauseActivitiesOperation: 'unpause_activities_operation',
  resetActivitiesOperation: 'reset_activities_operation',
  updateActivityOptionsOperation: 'update_activity_options_operation',
  cancelActivitiesOperation: 'cancel_activities_operation',
  terminateActivitiesOperation: 'terminate_activities_operation',
  deleteActivitiesOperation: 'delete_activities_operation',
} as const satisfies Partial<Record<keyof StartRequest, string>>;

function refuseWhatIsNotHere(request: StartRequest): void {
  for (const [property, field] of Object.entries(NOT_HERE)) {
    if (request[property as keyof typeof NOT_HERE] === undefined) continue;
    throw new ServiceError('UNIMPLEMENTED', `StartBatchOperationRequest.${field} is not supported by this server.`);
  }
}

function checkOperation(services: Services, request: StartRequest): void {
  if (batchOperationType(request) === undefined)
    throw new ServiceError('INVALID_ARGUMENT', 'No operation is set on request: say what is to be done.');
  const { signalOperation, terminationOperation, resetOperation, updateWorkflowOptionsOperation } = request;
  checkPayloads(request, services.limits);
  if (signalOperation !== undefined) require(() => invalidId('Signal', signalOperation.signal, services.limits));
  if (terminationOperation !== undefined)
    require(() => invalidPayloads('Details', terminationOperation.details, services.limits));
  if (resetOperation !== undefined) {
    if (resetPointWanted(resetOperation) === undefined)
      throw new ServiceError('INVALID_ARGUMENT', 'ResetOperation does not say which workflow task to go back to.');
    checkedPostResetOperations(services, resetOperation);
  }
  if (updateWorkflowOptionsOperation === undefined) return;
  const { workflowExecutionOptions, updateMask, identity } = updateWorkflowOptionsOperation;
  const update = { options: workflowExecutionOptions ?? {}, paths: updateMask?.paths ?? [], identity };
  const refused = refusedOptions(update);
  if (refused !== undefined) throw ServiceError.fromRejection(refused);
}

function checkPayloads({ signalOperation }: StartRequest, limits: Limits): void {
  if (signalOperation !== undefined) require(() => invalidPayloads('Input', signalOperation.input, limits));
}

const STATES = {
  running: BatchOperationState.BATCH_OPERATION_STATE_RUNNING,
  completed: BatchOperationState.BATCH_OPERATION_STATE_COMPLETED,
  failed: BatchOperationState.BATCH_OPERATION_STATE_FAILED,
} as const;

function listed({ jobId, state, startTimeMs, closeTimeMs, request }: BatchRecord) {
  return {
    jobId,
    state: STATES[state],
    startTime: msToTimestamp(startTimeMs),
    closeTime: msToTimestamp(closeTimeMs),
    operationType: batchOperationType(request),
  };
}

function described(record: BatchRecord): workflowservice.IDescribeBatchOperationResponse {
  const { request, total, complete, failure } = record;
  return {
    ...listed(record),
    totalOperationCount: total,
    completeOperationCount: complete,
    failureOperationCount: failure,
    identity: batchIdentity(request),
    reason: request.reason,
    query: request.visibilityQuery,
    executions: request.executions.map(({ workflowId, runId }) => ({
      type: ExecutionType.EXECUTION_TYPE_WORKFLOW,
      businessId: workflowId,
      runId,
    })),
  };
}
