import type { ProtoFailure } from '@perdure/common';
import type { ActivationJob, ResolveActivityJob, ResolveChildWorkflowExecutionJob } from '@perdure/common/activation';
import { type LazyMap } from '@perdure/common/internal';
import { WorkflowExecutionAlreadyStartedError } from '@perdure/common';
import { LocalActivityDoBackoff } from '../errors.js';
import { stopListening, type Execution, type Waiting } from './execution.js';
import { answerQuery, deliverSignal, deliverUpdate } from './handlers.js';
import { resultOf } from './start-commands.js';
import { prepareWorkflow } from './start-workflow.js';

type JobOf<Kind extends ActivationJob['kind']> = Extract<ActivationJob, { kind: Kind }>;
type Handlers = { readonly [Kind in ActivationJob['kind']]: (execution: Execution, job: JobOf<Kind>) => void };

const WORKFLOW_ALREADY_EXISTS = 1;

/** What each kind of job does. */
const HANDLERS: Handlers = {
  initializeWorkflow: prepareWorkflow,
  fireTimer: ({ waiting }, { seq }) => take(waiting.timers, seq)?.resolve(undefined),
  updateRandomSeed: (execution, { randomnessSeed }) => execution.reseed(randomnessSeed),
  queryWorkflow: answerQuery,
  cancelWorkflow: (execution) => {
    execution.isCancelled = true;
    execution.rootScope.cancel();
  },
  signalWorkflow: deliverSignal,
  notifyHasPatch: (execution, { patchId }) => void execution.knownPatches.add(patchId),
  resolveActivity,
  resolveChildWorkflowExecutionStart: (execution, { seq, result }) => {
    const waiting = take(execution.waiting.childStarts, seq);
    if (waiting === undefined) return;
    if (result.status === 'succeeded') {
      waiting.resolve(result.runId);
      return;
    }
    const error =
      result.status === 'cancelled'
        ? execution.failureToError(result.failure, waiting.context)
        : notStarted(result.cause, result.workflowId, result.workflowType);
    waiting.reject(error);
    take(execution.waiting.childResults, seq)?.reject(error);
  },
  resolveChildWorkflowExecution,
  resolveSignalExternalWorkflow: (execution, { seq, result }) =>
    settle(execution, take(execution.waiting.signals, seq), result.failure),
  resolveRequestCancelExternalWorkflow: (execution, { seq, result }) =>
    settle(execution, take(execution.waiting.cancels, seq), result.failure),
  doUpdate: deliverUpdate,
  resolveNexusOperationStart: (execution, { seq, result }) => {
    const waiting = take(execution.waiting.nexusStarts, seq);
    if (result.status === 'failed') {
      const error = execution.failureToError(result.failure);
      waiting?.reject(error);
      take(execution.waiting.nexusResults, seq)?.reject(error);
    } else waiting?.resolve(result.status === 'started' ? result.operationToken : '');
  },
  resolveNexusOperation: (execution, { seq, result }) => {
    const waiting = take(execution.waiting.nexusResults, seq);
    if (waiting === undefined) return;
    if (result.status !== 'completed') waiting.reject(execution.failureToError(result.failure));
    else waiting.resolve(resultOf(execution, result.result, waiting));
  },
};

/** Hands one job to workflow code. Continuations run when the sandbox lets them. */
export function handleJob(execution: Execution, job: ActivationJob): void {
  const handle = HANDLERS[job.kind] as (execution: Execution, job: ActivationJob) => void;
  handle(execution, job);
}

function resolveActivity(execution: Execution, { seq, result }: ResolveActivityJob): void {
  const waiting = take(execution.waiting.activities, seq);
  if (waiting === undefined) return;
  switch (result.status) {
    case 'completed':
      settleWith(waiting, () => resultOf(execution, result.result, waiting));
      return;
    case 'backoff':
      waiting.reject(new LocalActivityDoBackoff(result));
      return;
    case 'failed':
    case 'cancelled':
      waiting.reject(execution.failureToError(result.failure, waiting.context));
  }
}

function resolveChildWorkflowExecution(execution: Execution, { seq, result }: ResolveChildWorkflowExecutionJob): void {
  const waiting = take(execution.waiting.childResults, seq);
  if (waiting === undefined) return;
  if (result.status !== 'completed') waiting.reject(execution.failureToError(result.failure, waiting.context));
  else settleWith(waiting, () => resultOf(execution, result.result, waiting));
}

/** A result that cannot be converted is an error of whoever waits for it. */
function settleWith(waiting: Waiting, value: () => unknown): void {
  try {
    waiting.resolve(value());
  } catch (error) {
    waiting.reject(error);
  }
}

function settle(execution: Execution, waiting: Waiting | undefined, failure: ProtoFailure | undefined): void {
  if (failure == null) waiting?.resolve(undefined);
  else waiting?.reject(execution.failureToError(failure, waiting.context));
}

function take(waiting: LazyMap<number, Waiting>, seq: number): Waiting | undefined {
  const found = waiting.get(seq);
  waiting.delete(seq);
  if (found !== undefined) stopListening(found);
  return found;
}

function notStarted(cause: number, workflowId: string, workflowType: string): Error {
  if (cause === WORKFLOW_ALREADY_EXISTS) {
    return new WorkflowExecutionAlreadyStartedError('Workflow execution already started', workflowId, workflowType);
  }
  return new Error(`Child workflow ${workflowType} with id ${workflowId} could not be started (cause ${cause})`);
}
