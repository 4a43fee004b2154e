import {
  compilePriority,
  compileRetryPolicy,
  decodePriority,
  decompileRetryPolicy,
  type Headers,
  type LoadedDataConverter,
  type WorkflowSerializationContext,
} from '@perdure/common';
import {
  decodeSearchAttributes,
  decodeTypedSearchAttributes,
  encodeUnifiedSearchAttributes,
  msOptionalToTs,
  optionalTsToMs,
  requiredTsToDate,
} from '@perdure/common/internal';
import {
  decodeArrayFromPayloads,
  decodeMapFromPayloads,
  decodeUserMetadata,
  encodeMapToPayloads,
  encodeToPayloadsWithContext,
  encodeUserMetadata,
} from '@perdure/common/internal/conversion';
import { type common, enums, type schedule } from '@perdure/protocol';
import type {
  CompiledScheduleAction,
  ScheduleDescriptionAction,
  ScheduleExecutionResult,
  ScheduleExecutionStartWorkflowActionResult,
} from './schedule-types.js';

/** What a schedule does, as a message. */
export async function encodeScheduleAction(
  dataConverter: LoadedDataConverter,
  namespace: string,
  action: CompiledScheduleAction,
  headers: Headers,
): Promise<schedule.IScheduleAction> {
  const { workflowId, workflowType, taskQueue, args, memo, retry, priority } = action;
  const context: WorkflowSerializationContext = { type: 'workflow', namespace, workflowId };
  return {
    startWorkflow: {
      workflowId,
      workflowType: { name: workflowType },
      taskQueue: { kind: enums.TaskQueueKind.TASK_QUEUE_KIND_NORMAL, name: taskQueue },
      input: {
        payloads: await encodeToPayloadsWithContext(
          dataConverter,
          context,
          args,
          undefined,
          `workflow "${workflowType}"`,
        ),
      },
      workflowExecutionTimeout: msOptionalToTs(action.workflowExecutionTimeout),
      workflowRunTimeout: msOptionalToTs(action.workflowRunTimeout),
      workflowTaskTimeout: msOptionalToTs(action.workflowTaskTimeout),
      retryPolicy: retry === undefined ? undefined : compileRetryPolicy(retry),
      memo:
        memo === undefined
          ? undefined
          : { fields: await encodeMapToPayloads(dataConverter, memo, context, 'Memo field') },
      searchAttributes: searchAttributesOf(action),
      header: { fields: headers },
      userMetadata: await encodeUserMetadata(dataConverter, action.staticSummary, action.staticDetails, context),
      priority: priority === undefined ? undefined : compilePriority(priority),
    },
  };
}

/** What a schedule does, off the wire. Throws a TypeError for an action of another kind than starting workflows. */
export async function decodeScheduleAction(
  dataConverter: LoadedDataConverter,
  namespace: string,
  action: schedule.IScheduleAction,
): Promise<ScheduleDescriptionAction> {
  const start = action.startWorkflow;
  if (!start) throw new TypeError('Unsupported schedule action');
  const workflowId = start.workflowId ?? '';
  const context: WorkflowSerializationContext = { type: 'workflow', namespace, workflowId };
  const indexedFields = start.searchAttributes?.indexedFields;
  return {
    type: 'startWorkflow',
    workflowId,
    workflowType: start.workflowType?.name ?? '',
    taskQueue: start.taskQueue?.name ?? '',
    args: await decodeArrayFromPayloads(dataConverter, start.input?.payloads, context),
    memo: await decodeMapFromPayloads(dataConverter, start.memo?.fields, context),
    retry: decompileRetryPolicy(start.retryPolicy),
    searchAttributes: decodeSearchAttributes(indexedFields),
    typedSearchAttributes: decodeTypedSearchAttributes(indexedFields),
    workflowExecutionTimeout: optionalTsToMs(start.workflowExecutionTimeout),
    workflowRunTimeout: optionalTsToMs(start.workflowRunTimeout),
    workflowTaskTimeout: optionalTsToMs(start.workflowTaskTimeout),
    ...(await decodeUserMetadata(dataConverter, start.userMetadata, context)),
    priority: decodePriority(start.priority),
  };
}

/** Search attributes of both kinds as a message; nothing if there are none of either. */
export function searchAttributesOf({
  searchAttributes,
  typedSearchAttributes,
}: Pick<CompiledScheduleAction, 'searchAttributes' | 'typedSearchAttributes'>): common.ISearchAttributes | undefined {
  if (searchAttributes === undefined && typedSearchAttributes === undefined) return undefined;
  return { indexedFields: encodeUnifiedSearchAttributes(searchAttributes, typedSearchAttributes) };
}

/** The workflows of a schedule that run. */
export function decodeRunningActions(
  executions: readonly common.IWorkflowExecution[] | null | undefined,
): ScheduleExecutionStartWorkflowActionResult[] {
  return (executions ?? []).map(startedWorkflow);
}

/** The latest actions of a schedule. Throws a TypeError for one of another kind than starting workflows. */
export function decodeRecentActions(
  actions: readonly schedule.IScheduleActionResult[] | null | undefined,
): ScheduleExecutionResult[] {
  return (actions ?? []).map(({ scheduleTime, actualTime, startWorkflowResult }) => {
    if (!startWorkflowResult) throw new TypeError('Unsupported schedule action');
    return {
      scheduledAt: requiredTsToDate(scheduleTime, 'scheduleTime'),
      takenAt: requiredTsToDate(actualTime, 'actualTime'),
      action: startedWorkflow(startWorkflowResult),
    };
  });
}

function startedWorkflow(execution: common.IWorkflowExecution): ScheduleExecutionStartWorkflowActionResult {
  return {
    type: 'startWorkflow',
    workflow: { workflowId: execution.workflowId ?? '', firstExecutionRunId: execution.runId ?? '' },
  };
}
