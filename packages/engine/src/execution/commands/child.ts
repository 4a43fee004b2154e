import { durationToMs, enums, msToDuration, type command } from '@perdure/protocol';
import { invalidCron } from '../../cron.js';
import { explicitRetryPolicy } from '../../retry.js';
import type { Limits } from '../../limits.js';
import { firstInvalid, invalidRetryPolicy } from '../../validate.js';
import {
  badAttributes,
  commandExtras,
  negativeDuration,
  rejectAnswer,
  reservedTaskQueue,
  tooLarge,
  tooLargeMemo,
  tooLongCommandId,
  type CommandBatch,
  type CommandFailure,
  type CommandHandler,
} from './command.js';

const { EventType, ParentClosePolicy, TaskQueueKind, WorkflowIdReusePolicy, WorkflowTaskFailedCause: Cause } = enums;

type StartChildAttributes = command.IStartChildWorkflowExecutionCommandAttributes;

/** StartChildWorkflowExecution. */
export const startChild: CommandHandler = (batch, given) => {
  const attributes = given.startChildWorkflowExecutionCommandAttributes;
  const cause = Cause.WORKFLOW_TASK_FAILED_CAUSE_BAD_START_CHILD_EXECUTION_ATTRIBUTES;
  if (attributes == null)
    return badAttributes(
      cause,
      'StartChildWorkflowExecutionCommandAttributes is not set on StartChildWorkflowExecutionCommand.',
    );
  const { state, context } = batch.draft;
  const namespace = attributes.namespace || state.namespace;
  const namespaceId = batch.namespaceId(namespace);
  if (namespaceId === undefined) return rejectAnswer('NOT_FOUND', `Namespace ${namespace} is not found.`);
  const refused = refusedStartChild(attributes, namespace, context.limits);
  if (refused !== undefined) return refused;
  const invalidSearch = batch.invalidSearchAttributes(attributes.searchAttributes);
  if (invalidSearch !== undefined)
    return badAttributes(Cause.WORKFLOW_TASK_FAILED_CAUSE_BAD_SEARCH_ATTRIBUTES, invalidSearch);
  if (state.children.size >= context.limits.pendingChildren) {
    const message = `the number of pending child workflow executions, ${state.children.size}, has reached the per-workflow limit of ${context.limits.pendingChildren}`;
    return badAttributes(Cause.WORKFLOW_TASK_FAILED_CAUSE_PENDING_CHILD_WORKFLOWS_LIMIT_EXCEEDED, message);
  }
  writeInitiated(batch, given, attributes, { namespace, namespaceId });
  return undefined;
};

function refusedStartChild(
  attributes: StartChildAttributes,
  namespace: string,
  limits: Limits,
): CommandFailure | undefined {
  const cause = Cause.WORKFLOW_TASK_FAILED_CAUSE_BAD_START_CHILD_EXECUTION_ATTRIBUTES;
  const command = 'StartChildWorkflowExecutionCommand';
  const { workflowId, workflowType, taskQueue } = attributes;
  const about = `WorkflowId=${workflowId ?? ''} WorkflowType=${workflowType?.name ?? ''} Namespace=${namespace}`;
  const subject = { command, about };
  const reserved = reservedTaskQueue(taskQueue?.name, subject);
  if (reserved !== undefined) return reserved;
  const cron = invalidCron(attributes.cronSchedule ?? '');
  const invalid = firstInvalid(
    () =>
      workflowId
        ? undefined
        : `Required field WorkflowId is not set on ${command}. WorkflowType=${workflowType?.name ?? ''} Namespace=${namespace}`,
    () =>
      workflowType?.name
        ? undefined
        : `Required field WorkflowType is not set on ${command}. WorkflowId=${workflowId ?? ''} Namespace=${namespace}`,
    () => tooLongCommandId('WorkflowId', workflowId, { command, about: `Namespace=${namespace}` }, limits),
    () => tooLongCommandId('WorkflowType', workflowType?.name, { command, about: `Namespace=${namespace}` }, limits),
    () => tooLongCommandId('TaskQueue', taskQueue?.name, { command, about: `Namespace=${namespace}` }, limits),
    () => negativeDuration('WorkflowExecutionTimeout', attributes.workflowExecutionTimeout, subject),
    () => negativeDuration('WorkflowRunTimeout', attributes.workflowRunTimeout, subject),
    () => negativeDuration('WorkflowTaskTimeout', attributes.workflowTaskTimeout, subject),
    () => invalidRetryPolicy(attributes.retryPolicy),
    () => (cron === undefined ? undefined : `Invalid CronSchedule on ${command}: ${cron}. ${about}`),
  );
  if (invalid !== undefined) return badAttributes(cause, invalid);
  return (
    tooLarge(cause, 'StartChildWorkflowExecutionCommandAttributes.Input', attributes.input, limits) ??
    tooLargeMemo(cause, 'StartChildWorkflowExecutionCommandAttributes.Memo', attributes.memo?.fields, limits)
  );
}

function writeInitiated(
  batch: CommandBatch,
  given: command.ICommand,
  attributes: StartChildAttributes,
  target: { readonly namespace: string; readonly namespaceId: string },
): void {
  const { draft, workflowTaskCompletedEventId } = batch;
  const { state, context } = draft;
  const executionMs = durationToMs(attributes.workflowExecutionTimeout) ?? 0;
  const runMs = durationToMs(attributes.workflowRunTimeout) ?? 0;
  const initiatedEventId = draft.event(
    EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED,
    {
      startChildWorkflowExecutionInitiatedEventAttributes: {
        ...target,
        workflowId: attributes.workflowId,
        workflowType: attributes.workflowType,
        taskQueue: {
          name: attributes.taskQueue?.name || (state.started.taskQueue?.name ?? ''),
          kind: TaskQueueKind.TASK_QUEUE_KIND_NORMAL,
        },
        input: attributes.input,
        workflowExecutionTimeout: executionMs > 0 ? msToDuration(executionMs) : undefined,
        workflowRunTimeout: msToDuration(executionMs > 0 && (runMs === 0 || runMs > executionMs) ? executionMs : runMs),
        workflowTaskTimeout: msToDuration(
          durationToMs(attributes.workflowTaskTimeout) || context.limits.defaultWorkflowTaskTimeoutMs,
        ),
        parentClosePolicy: attributes.parentClosePolicy || ParentClosePolicy.PARENT_CLOSE_POLICY_TERMINATE,
        control: attributes.control,
        workflowTaskCompletedEventId,
        workflowIdReusePolicy:
          attributes.workflowIdReusePolicy || WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
        retryPolicy:
          attributes.retryPolicy == null ? undefined : explicitRetryPolicy(attributes.retryPolicy, context.limits),
        cronSchedule: attributes.cronSchedule,
        header: attributes.header,
        memo: attributes.memo,
        searchAttributes: attributes.searchAttributes,
        inheritBuildId: attributes.inheritBuildId,
        priority: attributes.priority,
      },
    },
    commandExtras(given),
  );
  draft.effect({ kind: 'startChild', initiatedEventId });
}
