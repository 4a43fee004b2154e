import { WorkflowExecutionAlreadyStartedError } from '@perdure/common';
import { encodeToPayloadsWithContext } from '@perdure/common/internal/conversion';
import { randomUUID } from 'node:crypto';
import { throwWorkflowError } from '../error-conversion.js';
import { isGrpcServiceError } from '../errors.js';
import { nexusCallOf } from '../nexus-call.js';
import { GrpcStatus } from '../transport/index.js';
import type {
  DescribeWorkflowExecutionResponse,
  RequestCancelWorkflowExecutionResponse,
  TerminateWorkflowExecutionResponse,
} from '../types.js';
import { type CallScope, encodeArguments, headerOf, serializationContext } from './call-scope.js';
import type {
  WorkflowCancelInput,
  WorkflowDescribeInput,
  WorkflowSignalInput,
  WorkflowSignalWithStartInput,
  WorkflowStartInput,
  WorkflowStartOutput,
  WorkflowTerminateInput,
} from './interceptors.js';
import { signalWithStartRequest, startRequest } from './requests.js';

/** Starts a workflow. */
export async function startWorkflow(scope: CallScope, input: WorkflowStartInput): Promise<WorkflowStartOutput> {
  const made = startRequest(scope, input);
  const request = made instanceof Promise ? await made : made;
  const { workflowId } = input.options;
  try {
    const response = await scope.service.startWorkflowExecution(request);
    const nexusCall = nexusCallOf(input.options);
    if (nexusCall !== undefined) nexusCall.responseLink = response.link;
    return { runId: response.runId, eagerlyStarted: response.eagerWorkflowTask !== undefined };
  } catch (error) {
    throwIfStarted(error, workflowId, input.workflowType);
    return throwWorkflowError(error, 'Failed to start Workflow', { workflowId });
  }
}

/** Signals a workflow, and starts it if it does not run; the id of the run that got the signal. */
export async function signalWithStart(scope: CallScope, input: WorkflowSignalWithStartInput): Promise<string> {
  const request = await signalWithStartRequest(scope, input);
  const { workflowId } = input.options;
  try {
    const { runId, signalLink } = await scope.service.signalWithStartWorkflowExecution(request);
    const nexusCall = nexusCallOf(input.options);
    if (nexusCall !== undefined) nexusCall.responseLink = signalLink;
    return runId;
  } catch (error) {
    throwIfStarted(error, workflowId, input.workflowType);
    return throwWorkflowError(error, 'Failed to signalWithStart Workflow', { workflowId });
  }
}

/** Signals a workflow. */
export async function signalWorkflow(scope: CallScope, input: WorkflowSignalInput): Promise<void> {
  const { workflowExecution, signalName, args, typeInfo, headers } = input;
  const nexusCall = nexusCallOf(input);
  const request = {
    namespace: scope.namespace,
    identity: scope.identity,
    workflowExecution,
    requestId: randomUUID(),
    links: nexusCall?.links,
    header: headerOf(headers),
    signalName,
    input: await encodeArguments(
      scope,
      workflowExecution.workflowId,
      args,
      typeInfo?.inputTypes,
      `signal "${signalName}"`,
    ),
  };
  const { link } = await scope.service
    .signalWorkflowExecution(request)
    .catch((error: unknown) => throwWorkflowError(error, 'Failed to signal Workflow', workflowExecution));
  if (nexusCall !== undefined) nexusCall.responseLink = link;
}

/** Ends a workflow at once. */
export async function terminateWorkflow(
  scope: CallScope,
  { workflowExecution, reason, details, firstExecutionRunId }: WorkflowTerminateInput,
): Promise<TerminateWorkflowExecutionResponse> {
  const context = serializationContext(scope, workflowExecution.workflowId);
  const payloads = details && (await encodeToPayloadsWithContext(scope.dataConverter, context, details));
  const request = {
    namespace: scope.namespace,
    identity: scope.identity,
    workflowExecution,
    reason,
    details: payloads === undefined ? undefined : { payloads },
    firstExecutionRunId,
  };
  return scope.service
    .terminateWorkflowExecution(request)
    .catch((error: unknown) => throwWorkflowError(error, 'Failed to terminate Workflow', workflowExecution));
}

/** Asks a workflow to end. */
export async function cancelWorkflow(
  scope: CallScope,
  { workflowExecution, firstExecutionRunId }: WorkflowCancelInput,
): Promise<RequestCancelWorkflowExecutionResponse> {
  const request = {
    namespace: scope.namespace,
    identity: scope.identity,
    requestId: randomUUID(),
    workflowExecution,
    firstExecutionRunId,
  };
  return scope.service
    .requestCancelWorkflowExecution(request)
    .catch((error: unknown) => throwWorkflowError(error, 'Failed to cancel workflow', workflowExecution));
}

/** What the server knows about a workflow. */
export async function describeWorkflow(
  scope: CallScope,
  { workflowExecution }: WorkflowDescribeInput,
): Promise<DescribeWorkflowExecutionResponse> {
  return scope.service
    .describeWorkflowExecution({ namespace: scope.namespace, execution: workflowExecution })
    .catch((error: unknown) => throwWorkflowError(error, 'Failed to describe workflow', workflowExecution));
}

function throwIfStarted(error: unknown, workflowId: string, workflowType: string): void {
  if (!isGrpcServiceError(error) || Number(error.code) !== GrpcStatus.ALREADY_EXISTS) return;
  throw new WorkflowExecutionAlreadyStartedError('Workflow execution already started', workflowId, workflowType);
}
