import { enums, type failure } from '@perdure/protocol';
import { NondeterminismError } from '@perdure/replay';
import { DeadlockError } from '../sandbox/index.js';

/** Why a workflow task failed, as the server is told. */
export interface WorkflowTaskFailure {
  readonly cause: enums.WorkflowTaskFailedCause;
  readonly failure: failure.IFailure;
}

const cause = enums.WorkflowTaskFailedCause;

/** Puts what was thrown while a workflow task was worked on into words for the server. */
export function workflowTaskFailure(error: unknown): WorkflowTaskFailure {
  if (error instanceof NondeterminismError) {
    return {
      cause: cause.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR,
      failure: failureOf(nondeterminismMessage(error), error, 'NondeterminismError'),
    };
  }
  const isDeadlock = error instanceof DeadlockError;
  return {
    cause: cause.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
    failure: failureOf(
      error instanceof Error ? error.message : String(error),
      error,
      isDeadlock ? 'DeadlockError' : undefined,
    ),
  };
}

/** The message, and the line of workflow code that made the command, if there is one. */
export function nondeterminismMessage({ message, mismatch }: NondeterminismError): string {
  const place = mismatch.callSite?.stack
    ?.split('\n')
    .find((line) => /^\s+at /.test(line))
    ?.trim();
  return `[TMPRL1100] ${message}${place === undefined ? '' : ` The command was made ${place}`}`;
}

function failureOf(
  message: string,
  error: unknown,
  type = error instanceof Error ? error.name : 'Error',
): failure.IFailure {
  const stackTrace = error instanceof Error ? (error.stack ?? '') : '';
  return { message, source: 'TypeScriptSDK', stackTrace, applicationFailureInfo: { type } };
}
