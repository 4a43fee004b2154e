import { enums, services, type workflowservice } from '@perdure/protocol';
import { callMethod, GrpcServiceError, GrpcStatus, type RpcTransport } from '@perdure/client/transport';
import type { Logger } from '@perdure/common';
import { DeadlockError } from '../sandbox/index.js';
import { SandboxLostError } from './activation-queue.js';
import { workflowTaskFailure, type WorkflowTaskFailure } from './task-failure.js';
import { HistoryUnavailableError } from './task-histories.js';
import { WorkflowCodeError } from './workflow-run.js';

type Task = workflowservice.PollWorkflowTaskQueueResponse;

const methods = services.WorkflowService.methods;
const LAST_ATTEMPT_REPORTED = 1;
const CALL_TIMEOUT_MS = 30_000;

/** Tells the server and the log of workflow tasks that have failed. */
export class TaskFailureReports {
  constructor(
    private readonly options: {
      readonly transport: RpcTransport;
      readonly namespace: string;
      readonly identity: string;
      readonly logger: Logger;
    },
  ) {}

  /** Resolves when the server has been told, if it is to be. Never rejects: what cannot be said is logged. */
  async report(task: Task, error: unknown): Promise<void> {
    try {
      await this.send(task, error);
    } catch (reportError) {
      this.logUnreported(task, reportError);
    }
  }

  private logUnreported({ workflowExecution }: Task, error: unknown): void {
    const { workflowId, runId } = workflowExecution ?? {};
    // The task has timed out, or its workflow has closed: nobody needs to know any more.
    const isExpected = error instanceof GrpcServiceError && error.code === GrpcStatus.NOT_FOUND;
    const fields = { workflowId, runId, error };
    this.options.logger[isExpected ? 'debug' : 'warn']('The failure of a workflow task could not be reported', fields);
  }

  private async send(task: Task, error: unknown): Promise<void> {
    const { transport, namespace, identity, logger } = this.options;
    const { workflowId = '', runId = '' } = task.workflowExecution ?? {};
    // Nobody's fault here: the task times out or is given out again, and is worked on in a new sandbox.
    if (error instanceof SandboxLostError) return;
    if (error instanceof HistoryUnavailableError && task.query === undefined) {
      logger.warn(error.message, { workflowId, runId, error: error.cause });
      return;
    }
    const { cause, failure } = error instanceof WorkflowCodeError ? codeFailure(error) : workflowTaskFailure(error);
    const attributes = { workflowId, runId, workflowType: task.workflowType?.name, attempt: task.attempt };
    logger.warn(`Workflow task failed: ${failure.message ?? ''}`, { ...attributes, error: originalOf(error, failure) });
    if (task.query !== undefined) {
      const completedType = enums.QueryResultType.QUERY_RESULT_TYPE_FAILED;
      const request = { namespace, taskToken: task.taskToken, completedType, errorMessage: failure.message, failure };
      await callMethod(transport, methods.RespondQueryTaskCompleted, request, { timeoutMs: CALL_TIMEOUT_MS });
      return;
    }
    // Later attempts are left to time out, so that a workflow that cannot go on does not keep everybody busy.
    if (task.attempt > LAST_ATTEMPT_REPORTED && !(error instanceof DeadlockError)) return;
    const request = { namespace, identity, taskToken: task.taskToken, cause, failure };
    await callMethod(transport, methods.RespondWorkflowTaskFailed, request, { timeoutMs: CALL_TIMEOUT_MS });
  }
}

function codeFailure({ completion }: WorkflowCodeError): WorkflowTaskFailure {
  const cause = completion.forceCause as enums.WorkflowTaskFailedCause;
  return {
    cause: cause || enums.WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
    failure: completion.failure,
  };
}

function originalOf(error: unknown, failure: WorkflowTaskFailure['failure']): unknown {
  return error instanceof WorkflowCodeError ? (failure.stackTrace ?? failure.message) : error;
}
