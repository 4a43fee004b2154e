import {
  admitUpdate,
  reject,
  startExecution,
  type DecideContext,
  type Decision,
  type StartedExecution,
} from '@perdure/engine';
import { failure, type update, type workflowservice } from '@perdure/protocol';
import { packDetail, ServiceError, STATUS, type CallContext } from '../api/index.js';
import type { LiveExecution } from '../shard/index.js';
import { require } from './request-checks.js';
import type { Services } from './services.js';
import { prepareStart, startResponse, type PreparedStart } from './prepare-start.js';
import { checkUpdate, updateResponse } from './update-methods.js';

/**
 * Update-with-start: starts a workflow, or finds it running, and updates it. Start and admission of the update are
 * one decision, so that no crash leaves the one without the other.
 */
export async function multiOperation(
  services: Services,
  request: workflowservice.ExecuteMultiOperationRequest,
  context: CallContext,
): Promise<workflowservice.IExecuteMultiOperationResponse> {
  services.namespaces.resolve(request.namespace);
  const [start, update] = parts(request);
  const prepared = await inOperation(0, () =>
    prepareStart(services, { ...start, namespace: start.namespace || request.namespace }),
  );
  await inOperation(1, () => checkParts(services, start, update));
  const started = await inOperation(0, () => startAndAdmit(services, prepared, update.request ?? {}));
  const { target } = prepared;
  const updateId = update.request?.meta?.updateId ?? '';
  const stage = update.waitPolicy?.lifecycleStage ?? 0;
  const progress = await inOperation(1, async () => {
    const run = { ...target, runId: started.runId };
    const reached = await services.updates.wait(run, updateId, stage, context);
    return reached === 'runClosed'
      ? services.updates.update({ ...target, runId: '' }, update.request ?? {}, stage, context, started.runId)
      : reached;
  });
  return {
    responses: [
      { startWorkflow: startResponse(started, prepared.request) },
      { updateWorkflow: updateResponse(target.workflowId, updateId, progress) },
    ],
  };
}

const ABORTED_TYPE_URL = `type.googleapis.com/${failure.MultiOperationExecutionAborted.typeName}`;

type Parts = [workflowservice.StartWorkflowExecutionRequest, workflowservice.UpdateWorkflowExecutionRequest];

function parts({ operations }: workflowservice.ExecuteMultiOperationRequest): Parts {
  const start = operations[0]?.startWorkflow;
  const update = operations[1]?.updateWorkflow;
  if (operations.length !== 2 || start === undefined || update === undefined) {
    throw new ServiceError('INVALID_ARGUMENT', 'Operations have to be exactly [Start, Update].');
  }
  return [start, update];
}

function checkParts(services: Services, start: Parts[0], update: Parts[1]): void {
  require(() => (start.cronSchedule === '' ? undefined : 'INVALID_ARGUMENT: CronSchedule is not allowed.'), () =>
    start.requestEagerExecution ? 'RequestEagerExecution is not supported.' : undefined, () =>
    start.workflowStartDelay === undefined ? undefined : 'WorkflowStartDelay is not supported.', () =>
    (update.workflowExecution?.workflowId || start.workflowId) === start.workflowId
      ? undefined
      : 'WorkflowId is not consistent with previous operation(s).', () =>
    update.workflowExecution?.runId ? 'RunId is not allowed.' : undefined);
  checkUpdate(services, update);
}

async function startAndAdmit(
  services: Services,
  { target, request }: PreparedStart,
  updateRequest: update.IRequest,
): Promise<StartedExecution> {
  const { result } = await services.host.start(target, (current, context) => {
    const known = existingUpdate(current, updateRequest);
    if (known !== undefined) return known;
    const started = startExecution(current?.state, { request, namespaceId: target.namespaceId }, context);
    if (started.rejected) return started;
    return admitTo(started, current, updateRequest, context, services);
  });
  return result;
}

/** An update that the latest run already knows is answered by it, whatever the policies say about starting. */
function existingUpdate(
  current: LiveExecution | undefined,
  updateRequest: update.IRequest,
): Decision<StartedExecution> | undefined {
  const state = current?.state;
  if (state === undefined || !state.updates.has(updateRequest.meta?.updateId ?? '')) return undefined;
  return {
    transitions: [],
    result: {
      runId: state.key.runId,
      firstRunId: state.chain.firstRunId,
      started: false,
      attached: false,
      status: state.status,
      eagerWorkflowTaskStarted: false,
    },
  };
}

function admitTo(
  started: Exclude<Decision<StartedExecution>, { rejected: true }>,
  current: LiveExecution | undefined,
  updateRequest: update.IRequest,
  context: DecideContext,
  services: Services,
): Decision<StartedExecution> {
  const last = started.transitions.at(-1)?.state;
  const state = last?.key.runId === started.result.runId ? last : current?.state;
  if (state === undefined || state.key.runId !== started.result.runId)
    return reject('ABORTED', 'The workflow was replaced meanwhile. Try again.');
  const admitted = admitUpdate(state, updateRequest, context);
  if (admitted.rejected) return admitted;
  if (admitted.transitions[0]?.facts.length !== 0)
    services.updates.admitted(state.key.runId, updateRequest.meta?.updateId ?? '');
  return { transitions: [...started.transitions, ...admitted.transitions], result: started.result };
}

/** An error of one operation, told as Temporal tells it: the other one was aborted. */
async function inOperation<Value>(index: 0 | 1, work: () => Value | Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ServiceError) || error.detail?.type === 'MultiOperationExecutionFailure') throw error;
    const failed = {
      code: error.grpcStatus,
      message: error.message,
      details: error.detail === undefined ? [] : [packDetail(error.detail)],
    };
    const aborted = {
      code: STATUS.ABORTED.grpc,
      message: 'Operation was aborted.',
      details: [{ typeUrl: ABORTED_TYPE_URL, value: new Uint8Array(0) }],
    };
    const statuses = index === 0 ? [failed, aborted] : [aborted, failed];
    throw new ServiceError(error.code, 'Update-with-Start could not be executed.', {
      type: 'MultiOperationExecutionFailure',
      fields: { statuses },
    });
  }
}
