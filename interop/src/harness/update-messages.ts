import { temporal } from '@temporalio/proto';
import { toPayloads } from './payloads.js';
import { commands } from './commands.js';
import type { command, service } from './api.js';

const update = temporal.api.update.v1;
type Message = temporal.api.protocol.v1.IMessage;
type WorkflowTask = service.IPollWorkflowTaskQueueResponse;

/** An update request as it reaches a worker. */
export interface ReceivedUpdate {
  readonly message: Message;
  readonly request: temporal.api.update.v1.IRequest;
}

/** The update requests that a workflow task carries. */
export function updatesOf(task: WorkflowTask): ReceivedUpdate[] {
  return (task.messages ?? []).map((message) => ({ message, request: update.Request.decode(message.body!.value!) }));
}

/** The worker's answer "accepted". */
export function acceptance({ message, request }: ReceivedUpdate): Message {
  const body = update.Acceptance.encode({
    acceptedRequestMessageId: message.id,
    acceptedRequestSequencingEventId: message.eventId,
    acceptedRequest: request,
  }).finish();
  return answerTo(message, 'accept', 'Acceptance', body);
}

/** The worker's answer "rejected by the validator". */
export function rejection({ message, request }: ReceivedUpdate, reason: string): Message {
  const body = update.Rejection.encode({
    rejectedRequestMessageId: message.id,
    rejectedRequestSequencingEventId: message.eventId,
    rejectedRequest: request,
    failure: { message: reason, applicationFailureInfo: { type: 'Refused' } },
  }).finish();
  return answerTo(message, 'reject', 'Rejection', body);
}

/** The worker's answer "done", with a result or a failure. */
export function response(
  { message, request }: ReceivedUpdate,
  outcome: { success: unknown } | { failure: string },
): Message {
  const body = update.Response.encode({
    meta: request.meta,
    outcome:
      'success' in outcome ? { success: toPayloads(outcome.success) } : { failure: { message: outcome.failure } },
  }).finish();
  return answerTo(message, 'complete', 'Response', body);
}

/** The commands that give messages their place among the other commands. */
export function commandsFor(messages: readonly Message[]): command.ICommand[] {
  return messages.map(({ id }) => commands.protocolMessage(id ?? ''));
}

function answerTo(message: Message, step: string, type: string, value: Uint8Array): Message {
  return {
    id: `${message.id}/${step}`,
    protocolInstanceId: message.protocolInstanceId,
    body: { type_url: `type.googleapis.com/temporal.api.update.v1.${type}`, value },
  };
}
