import { durationToMs, enums, msToDuration, type command } from '@perdure/protocol';
import { invalidCron } from '../../cron.js';
import { completeRun, dropUnacceptedUpdates, failRun } from '../decide/close.js';
import { continueRun } from '../decide/run.js';
import { explicitRetryPolicy } from '../../retry.js';
import { failureSizeBytes, firstInvalid, invalidRetryPolicy } from '../../validate.js';
import {
  badAttributes,
  commandExtras,
  exceedsSize,
  negativeDuration,
  reservedTaskQueue,
  tooLarge,
  tooLargeMemo,
  tooLongCommandId,
  type CommandBatch,
  type CommandFailure,
  type CommandHandler,
} from './command.js';

const { ContinueAsNewInitiator, EventType, TaskQueueKind, WorkflowTaskFailedCause: Cause } = enums;

/** A run must not end over events its code has not seen. */
function unseen(batch: CommandBatch): CommandFailure | undefined {
  if (batch.draft.state.bufferedEvents.length === 0) return undefined;
  return { cause: Cause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND, message: 'UnhandledCommand' };
}

/** CompleteWorkflowExecution. */
export const completeWorkflow: CommandHandler = (batch, given) => {
  const attributes = given.completeWorkflowExecutionCommandAttributes;
  const cause = Cause.WORKFLOW_TASK_FAILED_CAUSE_BAD_COMPLETE_WORKFLOW_EXECUTION_ATTRIBUTES;
  if (attributes == null)
    return badAttributes(
      cause,
      'CompleteWorkflowExecutionCommandAttributes is not set on CompleteWorkflowExecutionCommand.',
    );
  const large = tooLarge(
    cause,
    'CompleteWorkflowExecutionCommandAttributes.Result',
    attributes.result,
    batch.draft.context.limits,
  );
  if (large !== undefined) return large;
  const blocked = unseen(batch);
  if (blocked !== undefined) return blocked;
  batch.openedRuns.push(...completeRun(batch.draft, attributes.result, batch.workflowTaskCompletedEventId));
  return undefined;
};

/** FailWorkflowExecution. */
export const failWorkflow: CommandHandler = (batch, given) => {
  const attributes = given.failWorkflowExecutionCommandAttributes;
  const cause = Cause.WORKFLOW_TASK_FAILED_CAUSE_BAD_FAIL_WORKFLOW_EXECUTION_ATTRIBUTES;
  if (attributes == null)
    return badAttributes(cause, 'FailWorkflowExecutionCommandAttributes is not set on FailWorkflowExecutionCommand.');
  if (attributes.failure == null) return badAttributes(cause, 'Failure is not set on FailWorkflowExecutionCommand.');
  const large = exceedsSize(
    cause,
    'FailWorkflowExecutionCommandAttributes.Failure',
    failureSizeBytes(attributes.failure),
    batch.draft.context.limits.payloadSizeBytes,
  );
  if (large !== undefined) return large;
  const blocked = unseen(batch);
  if (blocked !== undefined) return blocked;
  batch.openedRuns.push(...failRun(batch.draft, attributes.failure, batch.workflowTaskCompletedEventId));
  return undefined;
};

/** CancelWorkflowExecution. */
export const cancelWorkflow: CommandHandler = (batch, given) => {
  const attributes = given.cancelWorkflowExecutionCommandAttributes;
  const cause = Cause.WORKFLOW_TASK_FAILED_CAUSE_BAD_CANCEL_WORKFLOW_EXECUTION_ATTRIBUTES;
  if (attributes == null)
    return badAttributes(
      cause,
      'CancelWorkflowExecutionCommandAttributes is not set on CancelWorkflowExecutionCommand.',
    );
  const blocked = unseen(batch);
  if (blocked !== undefined) return blocked;
  const { draft, workflowTaskCompletedEventId } = batch;
  draft.event(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED, {
    workflowExecutionCanceledEventAttributes: { details: attributes.details, workflowTaskCompletedEventId },
  });
  dropUnacceptedUpdates(draft);
  return undefined;
};

/** ContinueAsNewWorkflowExecution. */
export const continueAsNew: CommandHandler = (batch, given) => {
  const attributes = given.continueAsNewWorkflowExecutionCommandAttributes;
  const cause = Cause.WORKFLOW_TASK_FAILED_CAUSE_BAD_CONTINUE_AS_NEW_ATTRIBUTES;
  if (attributes == null)
    return badAttributes(
      cause,
      'ContinueAsNewWorkflowExecutionCommandAttributes is not set on ContinueAsNewWorkflowExecutionCommand.',
    );
  const refused = refusedContinueAsNew(batch, attributes);
  if (refused !== undefined) return refused;
  const invalidSearch = batch.invalidSearchAttributes(attributes.searchAttributes);
  if (invalidSearch !== undefined)
    return badAttributes(Cause.WORKFLOW_TASK_FAILED_CAUSE_BAD_SEARCH_ATTRIBUTES, invalidSearch);
  const blocked = unseen(batch);
  if (blocked !== undefined) return blocked;
  continueRunAsNew(batch, given, attributes);
  return undefined;
};

type ContinueAsNewAttributes = command.IContinueAsNewWorkflowExecutionCommandAttributes;

function refusedContinueAsNew(batch: CommandBatch, attributes: ContinueAsNewAttributes): CommandFailure | undefined {
  const { state, context } = batch.draft;
  const { limits } = context;
  const cause = Cause.WORKFLOW_TASK_FAILED_CAUSE_BAD_CONTINUE_AS_NEW_ATTRIBUTES;
  const command = 'ContinueAsNewWorkflowExecutionCommand';
  const { workflowType, taskQueue } = attributes;
  const about = `WorkflowType=${workflowType?.name || (state.started.workflowType?.name ?? '')} TaskQueue=${taskQueue?.name || (state.started.taskQueue?.name ?? '')}`;
  const subject = { command, about };
  const reserved = reservedTaskQueue(taskQueue?.name, subject);
  if (reserved !== undefined) return reserved;
  const cron = invalidCron(attributes.cronSchedule ?? '');
  const invalid = firstInvalid(
    () => tooLongCommandId('WorkflowType', workflowType?.name, { command, about: '' }, limits),
    () => tooLongCommandId('TaskQueue', taskQueue?.name, { command, about: '' }, limits),
    () => negativeDuration('WorkflowRunTimeout', attributes.workflowRunTimeout, subject),
    () => negativeDuration('WorkflowTaskTimeout', attributes.workflowTaskTimeout, subject),
    () => negativeDuration('BackoffStartInterval', attributes.backoffStartInterval, subject),
    () => invalidRetryPolicy(attributes.retryPolicy),
    () => (cron === undefined ? undefined : `Invalid CronSchedule on ${command}: ${cron}. ${about}`),
  );
  if (invalid !== undefined) return badAttributes(cause, invalid);
  return (
    tooLarge(cause, 'ContinueAsNewWorkflowExecutionCommandAttributes.Input', attributes.input, limits) ??
    tooLargeMemo(cause, 'ContinueAsNewWorkflowExecutionCommandAttributes.Memo', attributes.memo?.fields, limits)
  );
}

function continueRunAsNew(batch: CommandBatch, given: command.ICommand, attributes: ContinueAsNewAttributes): void {
  const { draft, workflowTaskCompletedEventId } = batch;
  const { state, context } = draft;
  const newExecutionRunId = context.newId();
  const workflowType = { name: attributes.workflowType?.name || (state.started.workflowType?.name ?? '') };
  const taskQueue = {
    name: attributes.taskQueue?.name || (state.started.taskQueue?.name ?? ''),
    kind: TaskQueueKind.TASK_QUEUE_KIND_NORMAL,
  };
  const runTimeoutMs =
    durationToMs(attributes.workflowRunTimeout) || (durationToMs(state.started.workflowRunTimeout) ?? 0);
  const workflowTaskTimeoutMs = durationToMs(attributes.workflowTaskTimeout) || state.workflowTaskTimeoutMs;
  const backoffMs = durationToMs(attributes.backoffStartInterval) ?? 0;
  const { input, header, failure, lastCompletionResult, memo, searchAttributes } = attributes;
  draft.event(
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
    {
      workflowExecutionContinuedAsNewEventAttributes: {
        newExecutionRunId,
        workflowType,
        taskQueue,
        input,
        workflowRunTimeout: msToDuration(runTimeoutMs),
        workflowTaskTimeout: msToDuration(workflowTaskTimeoutMs),
        workflowTaskCompletedEventId,
        backoffStartInterval: backoffMs > 0 ? msToDuration(backoffMs) : undefined,
        initiator: attributes.initiator,
        failure,
        lastCompletionResult,
        header,
        memo,
        searchAttributes,
      },
    },
    commandExtras(given),
  );
  dropUnacceptedUpdates(draft);
  const retryPolicy =
    attributes.retryPolicy == null ? undefined : explicitRetryPolicy(attributes.retryPolicy, context.limits);
  const next = continueRun(
    draft.state,
    {
      runId: newExecutionRunId,
      initiator: attributes.initiator || ContinueAsNewInitiator.CONTINUE_AS_NEW_INITIATOR_WORKFLOW,
      attempt: 1,
      backoffMs,
      continuedFailure: failure,
      lastCompletionResult,
      command: {
        workflowType,
        taskQueue,
        input,
        header,
        runTimeoutMs,
        workflowTaskTimeoutMs,
        retryPolicy,
        cronSchedule: attributes.cronSchedule ?? '',
        memo,
        searchAttributes,
      },
    },
    context,
  );
  batch.openedRuns.push(next);
}
