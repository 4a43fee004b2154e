import { enums, update, type failure, type protocol } from '@perdure/protocol';
import type { CommandBatch, CommandFailure } from './commands/index.js';
import type { ExecutionState, ProtocolMessage, UpdateState } from './state.js';

const { EventType, WorkflowTaskFailedCause } = enums;
const TYPE_URL_PREFIX = 'type.googleapis.com/';
const REQUEST_SUFFIX = '/request';

/**
 * The messages that the running workflow task carries to the worker: one request for each update it was given. What
 * an earlier task of a heartbeating worker carried is not said again.
 */
export function updateRequestMessages(state: ExecutionState): ProtocolMessage[] {
  const task = state.workflowTask;
  if (task === undefined) return [];
  const messages: ProtocolMessage[] = [];
  for (const entry of state.updates.values()) {
    if (entry.phase !== 'sent' || entry.sentWithWorkflowTask !== task.number) continue;
    messages.push({
      id: entry.updateId + REQUEST_SUFFIX,
      protocolInstanceId: entry.updateId,
      eventId: task.startedEventId - 1,
      body: { typeUrl: TYPE_URL_PREFIX + update.Request.typeName, value: update.Request.encode(entry.request ?? {}) },
    });
  }
  return messages;
}

/** How an update ended for those who wait for it. */
export interface UpdateRejection {
  readonly updateId: string;
  readonly failure: failure.IFailure;
}

/** A worker's answer to an update, decoded. */
export type UpdateAnswer =
  | { readonly kind: 'acceptance'; readonly updateId: string; readonly body: update.Acceptance }
  | { readonly kind: 'rejection'; readonly updateId: string; readonly body: update.Rejection }
  | { readonly kind: 'response'; readonly updateId: string; readonly body: update.Response }
  | { readonly kind: 'invalid'; readonly updateId: string; readonly reason: string };

/** Decodes the body of a message from a worker. */
export function decodeAnswer(message: protocol.IMessage): UpdateAnswer {
  const updateId = message.protocolInstanceId ?? '';
  const typeName = (message.body?.typeUrl ?? '').replace(TYPE_URL_PREFIX, '');
  const bytes = message.body?.value ?? new Uint8Array(0);
  try {
    if (typeName === update.Acceptance.typeName)
      return { kind: 'acceptance', updateId, body: update.Acceptance.decode(bytes) };
    if (typeName === update.Rejection.typeName)
      return { kind: 'rejection', updateId, body: update.Rejection.decode(bytes) };
    if (typeName === update.Response.typeName)
      return { kind: 'response', updateId, body: update.Response.decode(bytes) };
    return { kind: 'invalid', updateId, reason: `body type "${typeName}" is not part of the update protocol` };
  } catch (error) {
    return { kind: 'invalid', updateId, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Applies one message; rejections are collected, for they leave no event. */
export function applyAnswer(
  batch: CommandBatch,
  message: protocol.IMessage,
  rejections: UpdateRejection[],
): CommandFailure | undefined {
  const answer = decodeAnswer(message);
  if (answer.kind === 'invalid') return bad(`message ${message.id ?? ''}: ${answer.reason}`);
  const entry = batch.draft.state.updates.get(answer.updateId);
  if (entry === undefined && answer.kind !== 'acceptance')
    return bad(`update "${answer.updateId}" was not delivered with this workflow task`);
  switch (answer.kind) {
    case 'acceptance':
      return acceptUpdate(batch, answer, entry);
    case 'rejection':
      return rejectUpdate(batch, answer, entry, rejections);
    case 'response':
      return completeUpdate(batch, answer, entry);
    default:
      return answer satisfies never;
  }
}

function acceptUpdate(
  batch: CommandBatch,
  answer: Extract<UpdateAnswer, { kind: 'acceptance' }>,
  entry: UpdateState | undefined,
): CommandFailure | undefined {
  const { body, updateId } = answer;
  const acceptedRequest = body.acceptedRequest ?? entry?.request;
  if (acceptedRequest == null) return bad(`accepted_request is not set on the acceptance of update "${updateId}"`);
  if (entry !== undefined && entry.phase !== 'sent')
    return bad(`update "${updateId}" is ${entry.phase} and cannot be accepted`);
  batch.draft.event(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED, {
    workflowExecutionUpdateAcceptedEventAttributes: {
      protocolInstanceId: updateId,
      acceptedRequestMessageId: body.acceptedRequestMessageId,
      acceptedRequestSequencingEventId: body.acceptedRequestSequencingEventId,
      acceptedRequest,
    },
  });
  return undefined;
}

function rejectUpdate(
  batch: CommandBatch,
  answer: Extract<UpdateAnswer, { kind: 'rejection' }>,
  entry: UpdateState | undefined,
  rejections: UpdateRejection[],
): CommandFailure | undefined {
  if (entry?.phase !== 'sent')
    return bad(`update "${answer.updateId}" is ${entry?.phase ?? 'unknown'} and cannot be rejected`);
  batch.draft.record({ kind: 'updateDropped', updateId: answer.updateId });
  rejections.push({ updateId: answer.updateId, failure: answer.body.failure ?? { message: 'update rejected' } });
  return undefined;
}

function completeUpdate(
  batch: CommandBatch,
  answer: Extract<UpdateAnswer, { kind: 'response' }>,
  entry: UpdateState | undefined,
): CommandFailure | undefined {
  const { body, updateId } = answer;
  if (entry?.phase !== 'accepted')
    return bad(`update "${updateId}" is ${entry?.phase ?? 'unknown'} and cannot be completed`);
  if (body.outcome == null) return bad(`outcome is not set on the response of update "${updateId}"`);
  batch.draft.event(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED, {
    workflowExecutionUpdateCompletedEventAttributes: {
      meta: { ...body.meta, updateId },
      acceptedEventId: entry.acceptedEventId,
      outcome: body.outcome,
    },
  });
  return undefined;
}

function bad(reason: string): CommandFailure {
  const cause = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_BAD_UPDATE_WORKFLOW_EXECUTION_MESSAGE;
  return { cause, message: `BadUpdateWorkflowExecutionMessage: ${reason}` };
}

/** Told to a caller whose update the worker did not know what to do with. */
export const UNPROCESSED_UPDATE: failure.IFailure = {
  message:
    "Workflow Update is rejected because it wasn't processed by worker. Probably, Workflow Update is not supported by the worker.",
  source: 'Server',
  applicationFailureInfo: { type: 'UnprocessedUpdate', nonRetryable: true },
};

/** Told to a caller whose update was accepted by a run that closed before it completed. */
export const UPDATE_ABANDONED_BY_CLOSE: failure.IFailure = {
  message: 'Workflow Update failed because the Workflow completed before the Update completed.',
  source: 'Server',
  applicationFailureInfo: { type: 'AcceptedUpdateCompletedWorkflow', nonRetryable: true },
};
