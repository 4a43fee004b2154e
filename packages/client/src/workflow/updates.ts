import { type TypeInfo, WorkflowExecutionAlreadyStartedError } from '@perdure/common';
import { decodeFromPayloadsAtIndex, decodeOptionalFailureToOptionalError } from '@perdure/common/internal/conversion';
import { enums, errordetails, failure, type update, type workflowservice } from '@perdure/protocol';
import { asError, statusDetails, throwWorkflowError, unpack } from '../error-conversion.js';
import {
  isGrpcCancelledError,
  isGrpcDeadlineError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '../errors.js';
import { nexusCallOf } from '../nexus-call.js';
import { GrpcServiceError, GrpcStatus } from '../transport/index.js';
import type { WorkflowExecution } from '../types.js';
import { type CallScope, serializationContext } from './call-scope.js';
import type {
  WorkflowStartUpdateInput,
  WorkflowStartUpdateOutput,
  WorkflowStartUpdateWithStartInput,
  WorkflowStartUpdateWithStartOutput,
} from './interceptors.js';
import { startRequest, updateRequest } from './requests.js';
import { encodeWorkflowUpdateStage, type WorkflowUpdateStage } from './update-stage.js';

const { UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED: ACCEPTED } = enums.UpdateWorkflowExecutionLifecycleStage;
const { UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED: COMPLETED } = enums.UpdateWorkflowExecutionLifecycleStage;

/** Sends an update and waits until it has come to a stage, however many calls that takes. */
export async function startUpdate(
  scope: CallScope,
  waitForStage: WorkflowUpdateStage,
  input: WorkflowStartUpdateInput,
): Promise<WorkflowStartUpdateOutput> {
  const stage = encodeWorkflowUpdateStage(waitForStage);
  const request = await updateRequest(scope, stage, input);
  try {
    for (;;) {
      const response = await scope.service.updateWorkflowExecution(request);
      if (!hasArrived(response, stage)) continue;
      const nexusCall = nexusCallOf(input);
      if (nexusCall !== undefined) Object.assign(nexusCall, { responseLink: response.link, outcome: response.outcome });
      return {
        updateId: request.request?.meta?.updateId ?? '',
        workflowRunId: response.updateRef?.workflowExecution?.runId ?? '',
        outcome: response.outcome,
        outputTypeInfo: input.typeInfo?.outputType,
      };
    }
  } catch (error) {
    return throwUpdateError(error, 'Workflow Update failed', input.workflowExecution);
  }
}

/** Waits for the outcome of an update, however many calls that takes. */
export async function pollUpdateOutcome(
  scope: CallScope,
  updateId: string,
  workflowExecution: WorkflowExecution,
): Promise<update.IOutcome> {
  const request = {
    namespace: scope.namespace,
    updateRef: { workflowExecution, updateId },
    identity: scope.identity,
    waitPolicy: { lifecycleStage: COMPLETED },
  };
  try {
    for (;;) {
      const { outcome } = await scope.service.pollWorkflowExecutionUpdate(request);
      if (outcome !== undefined) return outcome;
    }
  } catch (error) {
    return throwUpdateError(error, 'Workflow Update poll failed', workflowExecution);
  }
}

/** The result of an update. Rejects with `WorkflowUpdateFailedError` if it failed. */
export async function readOutcome(
  scope: CallScope,
  workflowId: string,
  outcome: update.IOutcome,
  outputType: TypeInfo | undefined,
): Promise<unknown> {
  const context = serializationContext(scope, workflowId);
  if (outcome.failure) {
    const cause = await decodeOptionalFailureToOptionalError(scope.dataConverter, outcome.failure, context);
    throw new WorkflowUpdateFailedError('Workflow Update failed', cause);
  }
  return decodeFromPayloadsAtIndex(scope.dataConverter, 0, outcome.success?.payloads, context, outputType);
}

/** Told of what became of the start, which settles before the update does. */
export interface StartListener {
  onStart(response: workflowservice.StartWorkflowExecutionResponse): void;
  onStartError(error: Error): void;
}

/** Starts a workflow and sends it an update in one call, then waits until the update has come to a stage. */
export async function startUpdateWithStart(
  scope: CallScope,
  waitForStage: WorkflowUpdateStage,
  { onStart, onStartError }: StartListener,
  input: WorkflowStartUpdateWithStartInput,
): Promise<WorkflowStartUpdateWithStartOutput> {
  const { workflowId } = input.workflowStartOptions;
  const stage = encodeWorkflowUpdateStage(waitForStage);
  let hasStarted = false;
  try {
    const startWorkflow = await startRequest(scope, {
      workflowType: input.workflowType,
      options: input.workflowStartOptions,
      headers: input.workflowStartHeaders,
    });
    const updateWorkflow = await updateRequest(scope, stage, {
      updateName: input.updateName,
      args: input.updateArgs,
      typeInfo: input.updateTypeInfo,
      workflowExecution: { workflowId },
      options: input.updateOptions,
      headers: input.updateHeaders,
    });
    for (;;) {
      const { responses } = await scope.service.executeMultiOperation({
        namespace: scope.namespace,
        operations: [{ startWorkflow }, { updateWorkflow }],
      });
      const started = responses[0]?.startWorkflow;
      const updated = responses[1]?.updateWorkflow;
      if (started === undefined || updated === undefined) {
        throw new GrpcServiceError(GrpcStatus.INTERNAL, 'the server answered an update-with-start with something else');
      }
      if (!hasStarted) onStart(started);
      hasStarted = true;
      if (!hasArrived(updated, stage)) continue;
      return {
        workflowExecution: { workflowId, runId: updated.updateRef?.workflowExecution?.runId ?? started.runId },
        updateId: updateWorkflow.request?.meta?.updateId ?? '',
        updateOutcome: updated.outcome,
        updateOutputTypeInfo: input.updateTypeInfo?.outputType,
      };
    }
  } catch (error) {
    const failed = failedOperation(error);
    const startError = alreadyStarted(failed, input);
    if (!hasStarted) onStartError(startError ?? asError(failed));
    if (startError !== undefined) throw startError;
    return throwUpdateError(failed, 'Update-With-Start failed', { workflowId });
  }
}

function hasArrived(
  { stage, outcome }: workflowservice.UpdateWorkflowExecutionResponse,
  wanted: enums.UpdateWorkflowExecutionLifecycleStage | undefined,
): boolean {
  // Whoever waits for completion is content with acceptance here, and polls for the outcome.
  return outcome !== undefined || stage >= Math.min(wanted ?? ACCEPTED, ACCEPTED);
}

/** Of several operations in one call, the error of the one that failed, and not of those given up because of it. */
function failedOperation(error: unknown): unknown {
  for (const packed of error instanceof Error ? statusDetails(error) : []) {
    const operations = unpack(errordetails.MultiOperationExecutionFailure, packed);
    const failed = operations?.statuses.find(({ code, details }) => code !== GrpcStatus.OK && !isAborted(details));
    if (failed !== undefined) {
      return new GrpcServiceError(failed.code, failed.message, undefined, { cause: error });
    }
  }
  return error;
}

function isAborted(details: errordetails.MultiOperationExecutionFailure_OperationStatus['details']): boolean {
  const { typeName } = failure.MultiOperationExecutionAborted;
  return details.some(({ typeUrl }) => typeUrl.endsWith(typeName));
}

function alreadyStarted(error: unknown, input: WorkflowStartUpdateWithStartInput): Error | undefined {
  if (!(error instanceof GrpcServiceError) || error.code !== GrpcStatus.ALREADY_EXISTS) return undefined;
  const { workflowId } = input.workflowStartOptions;
  return new WorkflowExecutionAlreadyStartedError('Workflow execution already started', workflowId, input.workflowType);
}

function throwUpdateError(error: unknown, message: string, execution: WorkflowExecution): never {
  if (isGrpcDeadlineError(error) || isGrpcCancelledError(error)) {
    throw new WorkflowUpdateRPCTimeoutOrCancelledError('Update call timeout or cancelled', { cause: error });
  }
  return throwWorkflowError(error, message, execution);
}
