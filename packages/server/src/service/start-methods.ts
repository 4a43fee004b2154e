import { invalidId, invalidPayloads, startExecution, type Signal } from '@perdure/engine';
import { enums, services as api, type workflowservice } from '@perdure/protocol';
import { ServiceError, type AnyRpcMethod } from '../api/index.js';
import type { RunTarget } from '../shard/index.js';
import { workflowTaskResponse } from '../tasks/index.js';
import { handled, method } from './handlers.js';
import { multiOperation } from './multi-operation.js';
import { prepareStart, startResponse } from './prepare-start.js';
import { require } from './request-checks.js';
import type { Services } from './services.js';
import { signalLink } from './signal-link.js';

const { WorkflowIdConflictPolicy } = enums;
const { methods } = api.WorkflowService;

/** StartWorkflowExecution, SignalWithStartWorkflowExecution and ExecuteMultiOperation. */
export function startMethods(services: Services): AnyRpcMethod[] {
  return [
    method(methods.StartWorkflowExecution, (request) => startWorkflow(services, request)),
    method(methods.SignalWithStartWorkflowExecution, (request) => signalWithStart(services, request)),
    method(methods.ExecuteMultiOperation, (request, context) => multiOperation(services, request, context)),
  ];
}

async function startWorkflow(
  services: Services,
  raw: workflowservice.StartWorkflowExecutionRequest,
): Promise<workflowservice.IStartWorkflowExecutionResponse> {
  const { target, request } = prepareStart(services, raw);
  const eager = raw.requestEagerExecution;
  let eagerTask: Promise<workflowservice.IPollWorkflowTaskQueueResponse> | undefined;
  const { result } = await services.host.start(target, (current, context) => {
    const decision = startExecution(current?.state, { request, namespaceId: target.namespaceId, eager }, context);
    if (!decision.rejected && decision.result.eagerWorkflowTaskStarted)
      eagerTask = handled(describeEagerTask(services, { ...target, runId: decision.result.runId }));
    return decision;
  });
  const response = startResponse(result, request);
  response.eagerWorkflowTask = await eagerTask;
  return response;
}

/** Runs in the turn after the decision, when the new run is in memory. */
async function describeEagerTask(
  services: Services,
  target: RunTarget,
): Promise<workflowservice.IPollWorkflowTaskQueueResponse> {
  await Promise.resolve();
  const live = services.host.shardFor(target).cache.find(target);
  if (live === undefined) throw new Error('Invariant violated: a run just started is not in memory');
  return workflowTaskResponse(services, live, live.state, { partialHistory: false, queries: {} });
}

async function signalWithStart(
  services: Services,
  raw: workflowservice.SignalWithStartWorkflowExecutionRequest,
): Promise<workflowservice.ISignalWithStartWorkflowExecutionResponse> {
  const { signalName, signalInput, control, ...start } = raw;
  void control;
  require(() => invalidId('SignalName', signalName, services.limits), () =>
    invalidPayloads('SignalInput', signalInput, services.limits));
  const asStart = { ...EMPTY_START, ...start } as workflowservice.StartWorkflowExecutionRequest;
  if (asStart.workflowIdConflictPolicy === WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_FAIL) {
    throw new ServiceError(
      'INVALID_ARGUMENT',
      'Invalid WorkflowIDConflictPolicy: WORKFLOW_ID_CONFLICT_POLICY_FAIL is not supported for this operation.',
    );
  }
  const { target, request } = prepareStart(services, asStart);
  const signal: Signal = {
    name: signalName,
    input: signalInput,
    header: raw.header,
    identity: raw.identity,
    requestId: request.requestId ?? '',
    links: raw.links,
  };
  const { result } = await services.host.start(target, (current, context) =>
    startExecution(current?.state, { request, namespaceId: target.namespaceId, signal }, context),
  );
  const { runId, firstRunId, started } = result;
  const link = signalLink(raw.namespace, { workflowId: target.workflowId, runId }, signal.requestId ?? '');
  return { runId, firstExecutionRunId: firstRunId, started, signalLink: link };
}

const EMPTY_START: Partial<workflowservice.StartWorkflowExecutionRequest> = {
  requestEagerExecution: false,
  completionCallbacks: [],
};
