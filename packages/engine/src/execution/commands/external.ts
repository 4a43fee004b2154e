import { enums } from '@perdure/protocol';
import { firstInvalid } from '../../validate.js';
import type { ExternalRequestState } from '../state.js';
import {
  badAttributes,
  commandExtras,
  invalidCommandId,
  rejectAnswer,
  tooLarge,
  type CommandBatch,
  type CommandHandler,
} from './command.js';

const { EventType, WorkflowTaskFailedCause: Cause } = enums;

/** SignalExternalWorkflowExecution. */
export const signalExternal: CommandHandler = (batch, given) => {
  const attributes = given.signalExternalWorkflowExecutionCommandAttributes;
  const cause = Cause.WORKFLOW_TASK_FAILED_CAUSE_BAD_SIGNAL_WORKFLOW_EXECUTION_ATTRIBUTES;
  if (attributes == null)
    return badAttributes(
      cause,
      'SignalExternalWorkflowExecutionCommandAttributes is not set on SignalExternalWorkflowExecutionCommand.',
    );
  const { draft, workflowTaskCompletedEventId } = batch;
  const { limits } = draft.context;
  if (attributes.execution == null)
    return badAttributes(cause, 'Execution is not set on SignalExternalWorkflowExecutionCommand.');
  const { workflowId, runId } = attributes.execution;
  const { namespace, signalName: name } = attributes;
  const command = 'SignalExternalWorkflowExecutionCommand';
  const about = `WorkflowId=${workflowId ?? ''} Namespace=${namespace ?? ''} RunId=${runId ?? ''}`;
  const invalid = firstInvalid(
    () =>
      invalidCommandId(
        'WorkflowId',
        workflowId,
        { command, about: `Namespace=${namespace ?? ''} RunId=${runId ?? ''}` },
        limits,
      ),
    () => (isRunId(runId) ? undefined : `Invalid RunId set on ${command}. ${about} SignalName=${name ?? ''}`),
    () => invalidCommandId('SignalName', name, { command, about }, limits),
  );
  if (invalid !== undefined) return badAttributes(cause, invalid);
  const large = tooLarge(cause, 'SignalExternalWorkflowExecutionCommandAttributes.Input', attributes.input, limits);
  if (large !== undefined) return large;
  const target = targetNamespace(batch, namespace);
  if (target === undefined) return rejectAnswer('NOT_FOUND', `Namespace ${namespace ?? ''} is not found.`);
  const pending = countPending(batch, 'signal');
  if (pending >= limits.pendingSignals) {
    const message = `the number of pending signals to external workflows, ${pending}, has reached the per-workflow limit of ${limits.pendingSignals}`;
    return badAttributes(Cause.WORKFLOW_TASK_FAILED_CAUSE_PENDING_SIGNALS_LIMIT_EXCEEDED, message);
  }
  const { signalName, input, control, childWorkflowOnly, header } = attributes;
  const initiatedEventId = draft.event(
    EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
    {
      signalExternalWorkflowExecutionInitiatedEventAttributes: {
        workflowTaskCompletedEventId,
        ...target,
        workflowExecution: attributes.execution,
        signalName,
        input,
        control,
        childWorkflowOnly,
        header,
      },
    },
    commandExtras(given),
  );
  draft.effect({ kind: 'externalRequest', initiatedEventId });
  return undefined;
};

/** RequestCancelExternalWorkflowExecution. */
export const requestCancelExternal: CommandHandler = (batch, given) => {
  const attributes = given.requestCancelExternalWorkflowExecutionCommandAttributes;
  const cause = Cause.WORKFLOW_TASK_FAILED_CAUSE_BAD_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_ATTRIBUTES;
  if (attributes == null)
    return badAttributes(
      cause,
      'RequestCancelExternalWorkflowExecutionCommandAttributes is not set on RequestCancelExternalWorkflowExecutionCommand.',
    );
  const { draft, workflowTaskCompletedEventId } = batch;
  const { limits } = draft.context;
  const command = 'RequestCancelExternalWorkflowExecutionCommand';
  const { workflowId, runId, namespace } = attributes;
  const about = `Namespace=${namespace ?? ''} RunId=${runId ?? ''}`;
  const invalid = firstInvalid(
    () => invalidCommandId('WorkflowId', workflowId, { command, about }, limits),
    () => (isRunId(runId) ? undefined : `Invalid RunId set on ${command}. WorkflowId=${workflowId ?? ''} ${about}`),
  );
  if (invalid !== undefined) return badAttributes(cause, invalid);
  const target = targetNamespace(batch, namespace);
  if (target === undefined) return rejectAnswer('NOT_FOUND', `Namespace ${namespace ?? ''} is not found.`);
  const pending = countPending(batch, 'cancel');
  if (pending >= limits.pendingCancelRequests) {
    const message = `the number of pending requests to cancel external workflows, ${pending}, has reached the per-workflow limit of ${limits.pendingCancelRequests}`;
    return badAttributes(Cause.WORKFLOW_TASK_FAILED_CAUSE_PENDING_REQUEST_CANCEL_LIMIT_EXCEEDED, message);
  }
  const { control, childWorkflowOnly, reason } = attributes;
  const initiatedEventId = draft.event(
    EventType.EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
    {
      requestCancelExternalWorkflowExecutionInitiatedEventAttributes: {
        workflowTaskCompletedEventId,
        ...target,
        workflowExecution: { workflowId: attributes.workflowId, runId: attributes.runId },
        control,
        childWorkflowOnly,
        reason,
      },
    },
    commandExtras(given),
  );
  draft.effect({ kind: 'externalRequest', initiatedEventId });
  return undefined;
};

function targetNamespace(
  batch: CommandBatch,
  given: string | null | undefined,
): { namespace: string; namespaceId: string } | undefined {
  const namespace = given || batch.draft.state.namespace;
  const namespaceId = batch.namespaceId(namespace);
  return namespaceId === undefined ? undefined : { namespace, namespaceId };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function isRunId(runId: string | null | undefined): boolean {
  return runId == null || runId === '' || UUID.test(runId);
}

function countPending(batch: CommandBatch, kind: ExternalRequestState['kind']): number {
  let count = 0;
  for (const request of batch.draft.state.externalRequests.values()) if (request.kind === kind) count += 1;
  return count;
}
