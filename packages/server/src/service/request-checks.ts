import {
  invalidCron,
  invalidId,
  invalidPayloads,
  invalidPriority,
  invalidRetryPolicy,
  invalidTimeout,
  firstInvalid,
  memoSizeBytes,
  type Limits,
} from '@perdure/engine';
import type { common, workflowservice } from '@perdure/protocol';
import { ServiceError } from '../api/index.js';
import type { RunTarget } from '../shard/index.js';

/** Refuses a request for the first complaint there is. */
export function require(...complaints: readonly (() => string | undefined)[]): void {
  refuse(firstInvalid(...complaints));
}

/** Refuses a request for the complaint, if there is one. What is checked with every call is checked like this: it makes no functions. */
export function refuse(complaint: string | undefined): void {
  if (complaint !== undefined) throw new ServiceError('INVALID_ARGUMENT', complaint);
}

const OPTIONAL = { optional: true } as const;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The run that a request names; refuses a missing workflow id or a run id that is no UUID, which may be in capitals. */
export function runTarget(namespaceId: string, execution: common.IWorkflowExecution | null | undefined): RunTarget {
  if (execution == null) throw new ServiceError('INVALID_ARGUMENT', 'Execution is not set on request.');
  const workflowId = execution.workflowId ?? '';
  const runId = execution.runId ?? '';
  // However long: no execution has an id that is too long for a start, so it is not found.
  if (workflowId === '') refuse('WorkflowId is not set.');
  if (runId !== '' && !UUID.test(runId)) refuse('Invalid RunId.');
  return { namespaceId, workflowId, runId: runId.toLowerCase() };
}

/** Refuses a start that no workflow could be made of. */
export function checkStart(request: workflowservice.IStartWorkflowExecutionRequest, limits: Limits): void {
  const cron = invalidCron(request.cronSchedule ?? '');
  refuse(
    invalidId('WorkflowId', request.workflowId, limits) ??
      invalidId('WorkflowType', request.workflowType?.name, limits) ??
      invalidId('TaskQueue', request.taskQueue?.name, limits) ??
      invalidId('RequestId', request.requestId, limits, OPTIONAL) ??
      invalidId('Identity', request.identity, limits, OPTIONAL) ??
      invalidTimeout('WorkflowExecutionTimeout', request.workflowExecutionTimeout) ??
      invalidTimeout('WorkflowRunTimeout', request.workflowRunTimeout) ??
      invalidTimeout('WorkflowTaskTimeout', request.workflowTaskTimeout) ??
      invalidTimeout('WorkflowStartDelay', request.workflowStartDelay) ??
      invalidRetryPolicy(request.retryPolicy) ??
      invalidPriority('Priority', request.priority) ??
      (cron === undefined ? undefined : `Invalid CronSchedule "${request.cronSchedule ?? ''}": ${cron}.`) ??
      (request.cronSchedule && request.workflowStartDelay
        ? 'CronSchedule and WorkflowStartDelay may not be used together.'
        : undefined) ??
      invalidPayloads('Input', request.input, limits) ??
      invalidMemo(request.memo, limits),
  );
}

/** A memo may be at most as large as the limit. */
export function invalidMemo(memo: common.IMemo | null | undefined, limits: Limits): string | undefined {
  const bytes = memoSizeBytes(memo?.fields);
  return bytes > limits.memoSizeBytes
    ? `Memo exceeds size limit: ${bytes} bytes, at most ${limits.memoSizeBytes} are allowed.`
    : undefined;
}
