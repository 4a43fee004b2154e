import type { google } from '@temporalio/proto';
import { temporal } from '@temporalio/proto';
import type { service, command, protocol, update } from './api.js';
import { commands } from './commands.js';
import { toPayloads } from './payloads.js';

type WorkflowTask = service.IPollWorkflowTaskQueueResponse;
type Command = command.ICommand;
type Extras = { messages: protocol.IMessage[] };
/** Commands, and the messages that they name: the arguments of `ScriptedWorker.complete` after the task. */
type Answer = [commands: Command[], extras: Extras];

const codecs = temporal.api.update.v1;

interface UpdateRequest {
  readonly id: string;
  readonly messageId: string;
  readonly sequencingId: number;
  readonly request: update.IRequest;
}

/** What a worker says about the updates that a workflow task carries. */
export const updateMessages = {
  requestsOf,
  /** Accepts every update of the task; `after` are the commands that follow. */
  accept: (task: WorkflowTask, after: Command[] = []): Answer => answer(requestsOf(task).map(acceptance), after),
  /** Accepts every update of the task and completes it with `result`. */
  acceptAndComplete: (task: WorkflowTask, result: unknown): Answer =>
    answer(requestsOf(task).flatMap((item) => [acceptance(item), response(item.id, { success: toPayloads(result) })])),
  acceptAndFail: (task: WorkflowTask, message: string): Answer =>
    answer(requestsOf(task).flatMap((item) => [acceptance(item), response(item.id, failed(message))])),
  /** Completes an update that an earlier task accepted. */
  completeAccepted: (id: string, result: unknown): Answer => answer([response(id, { success: toPayloads(result) })]),
  /** Rejects every update of the task, as a validator does: a message without a command. */
  reject: (task: WorkflowTask, message: string): Extras => ({
    messages: requestsOf(task).map((item) => rejection(item, message)),
  }),
} as const;

function requestsOf(task: WorkflowTask): UpdateRequest[] {
  return (task.messages ?? []).map((message) => ({
    id: message.protocolInstanceId ?? '',
    messageId: message.id ?? '',
    sequencingId: Number(message.eventId ?? 0),
    request: codecs.Request.decode(message.body?.value ?? new Uint8Array()),
  }));
}

function acceptance({ id, messageId, sequencingId, request }: UpdateRequest): protocol.IMessage {
  const body = codecs.Acceptance.encode({
    acceptedRequestMessageId: messageId,
    acceptedRequestSequencingEventId: sequencingId as never,
    acceptedRequest: request,
  });
  return message(id, 'accept', 'Acceptance', body.finish());
}

function response(id: string, outcome: update.IOutcome): protocol.IMessage {
  const body = codecs.Response.encode({ meta: { updateId: id }, outcome });
  return message(id, 'complete', 'Response', body.finish());
}

function rejection({ id, messageId, sequencingId, request }: UpdateRequest, text: string): protocol.IMessage {
  const body = codecs.Rejection.encode({
    rejectedRequestMessageId: messageId,
    rejectedRequestSequencingEventId: sequencingId as never,
    rejectedRequest: request,
    failure: failed(text).failure,
  });
  return message(id, 'reject', 'Rejection', body.finish());
}

function failed(message: string): { failure: { message: string; applicationFailureInfo: { type: string } } } {
  return { failure: { message, applicationFailureInfo: { type: 'Test' } } };
}

function message(protocolInstanceId: string, step: string, type: string, value: Uint8Array): protocol.IMessage {
  const body: google.protobuf.IAny = { type_url: `type.googleapis.com/temporal.api.update.v1.${type}`, value };
  return { id: `${protocolInstanceId}/${step}`, protocolInstanceId, body };
}

function answer(messages: protocol.IMessage[], after: Command[] = []): Answer {
  return [[...messages.map(({ id }) => commands.protocolMessage(id ?? '')), ...after], { messages }];
}
