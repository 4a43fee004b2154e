import { enums, update, type protocol } from '@perdure/protocol';
import type { UpdateResponseCommand, CallSite } from '@perdure/common/activation';
import type { MachineContext } from '../context.js';

const { CommandType, EventType } = enums;

const TYPE_PREFIX = 'type.googleapis.com/';

/** An update as it reached the worker, or as the history shows it was accepted. */
export interface IncomingUpdate {
  readonly protocolInstanceId: string;
  readonly messageId: string;
  /** The update comes after the event with this id. */
  readonly sequencingEventId: number;
  readonly request: update.Request;
}

/** Reads the messages of a workflow task. Throws on a message that is not the request of an update. */
export function readUpdateMessages(messages: readonly protocol.Message[]): readonly IncomingUpdate[] {
  return messages.map((message) => {
    const { body, id, protocolInstanceId } = message;
    if (body?.typeUrl !== TYPE_PREFIX + update.Request.typeName) {
      throw new Error(
        `The server sent a message that this SDK does not know: ${body?.typeUrl ?? 'without a body'} (message ${id}). ` +
          'Is the server much newer than the SDK?',
      );
    }
    const sequencingEventId = message.eventId ?? 0;
    return { protocolInstanceId, messageId: id, sequencingEventId, request: update.Request.decode(body.value) };
  });
}

/** An update: requested -> accepted -> completed, or rejected. */
export class UpdateMachine {
  private isAccepted = false;

  constructor(
    private readonly context: MachineContext,
    private readonly incoming: IncomingUpdate,
    private readonly sendMessage: (message: protocol.IMessage) => void,
  ) {}

  respond({ response, callSite }: UpdateResponseCommand): void {
    switch (response.status) {
      case 'accepted':
        this.isAccepted = true;
        return this.accept(callSite);
      case 'rejected':
        // What was accepted can only end: its handler failed, and the failure is its outcome.
        if (this.isAccepted) return this.complete({ failure: response.failure }, callSite);
        return this.reject(response.failure);
      case 'completed':
        return this.complete({ success: { payloads: [response.result] } }, callSite);
    }
  }

  private accept(callSite: CallSite | undefined): void {
    const { messageId, sequencingEventId, request } = this.incoming;
    const acceptance = {
      acceptedRequestMessageId: messageId,
      acceptedRequestSequencingEventId: sequencingEventId,
      acceptedRequest: request,
    };
    this.send('accept', update.Acceptance.typeName, update.Acceptance.encode(acceptance), callSite);
  }

  private complete(outcome: update.IOutcome, callSite: CallSite | undefined): void {
    const response = { meta: this.incoming.request.meta, outcome };
    this.send('complete', update.Response.typeName, update.Response.encode(response), callSite);
  }

  /** A rejection leaves no trace in the history. */
  private reject(failure: update.IRejection['failure']): void {
    const { messageId, sequencingEventId, request } = this.incoming;
    const rejection = {
      rejectedRequestMessageId: messageId,
      rejectedRequestSequencingEventId: sequencingEventId,
      rejectedRequest: request,
      failure,
    };
    this.sendMessage(this.message('reject', update.Rejection.typeName, update.Rejection.encode(rejection)));
  }

  private send(step: 'accept' | 'complete', typeName: string, value: Uint8Array, callSite: CallSite | undefined): void {
    const message = this.message(step, typeName, value);
    const { protocolInstanceId, request } = this.incoming;
    const updateId = request.meta?.updateId ?? '';
    const isAcceptance = step === 'accept';
    this.context.send({
      command: {
        commandType: CommandType.COMMAND_TYPE_PROTOCOL_MESSAGE,
        protocolMessageCommandAttributes: { messageId: message.id },
      },
      message,
      description: `the ${isAcceptance ? 'acceptance' : 'outcome'} of update ${request.input?.name ?? ''}, id ${updateId}`,
      callSite,
      eventType: isAcceptance
        ? EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
        : EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED,
      differs: (event) => {
        const recorded = isAcceptance
          ? event.workflowExecutionUpdateAcceptedEventAttributes?.protocolInstanceId
          : event.workflowExecutionUpdateCompletedEventAttributes?.meta?.updateId;
        const own = isAcceptance ? protocolInstanceId : updateId;
        return recorded === own ? undefined : `updates differ: ${recorded} and ${own}`;
      },
    });
  }

  private message(step: string, typeName: string, value: Uint8Array): protocol.IMessage {
    const { protocolInstanceId } = this.incoming;
    // Encoded messages share memory with those encoded after them: this one is kept until the task is answered.
    const body = { typeUrl: TYPE_PREFIX + typeName, value: value.slice() };
    return { id: `${protocolInstanceId}/${step}`, protocolInstanceId, body };
  }
}
