import { update, type common, type failure, type protocol } from '@perdure/protocol';

const TYPE_URL_PREFIX = 'type.googleapis.com/';

/** The body of an update request with this id. */
export function updateRequest(updateId: string, input?: common.IPayloads): update.IRequest {
  return { meta: { updateId, identity: 'client' }, input: { name: 'update', args: input } };
}

/** Answers to updates as a worker sends them. */
export const messages = {
  accept: (updateId: string): protocol.IMessage => ({
    id: `${updateId}/accept`,
    protocolInstanceId: updateId,
    body: {
      typeUrl: TYPE_URL_PREFIX + update.Acceptance.typeName,
      value: update.Acceptance.encode({
        acceptedRequestMessageId: `${updateId}/request`,
        acceptedRequestSequencingEventId: 1,
      }),
    },
  }),
  reject: (updateId: string, reason: failure.IFailure = { message: 'no' }): protocol.IMessage => ({
    id: `${updateId}/reject`,
    protocolInstanceId: updateId,
    body: {
      typeUrl: TYPE_URL_PREFIX + update.Rejection.typeName,
      value: update.Rejection.encode({ rejectedRequestMessageId: `${updateId}/request`, failure: reason }),
    },
  }),
  complete: (updateId: string, success?: common.IPayloads): protocol.IMessage => ({
    id: `${updateId}/complete`,
    protocolInstanceId: updateId,
    body: {
      typeUrl: TYPE_URL_PREFIX + update.Response.typeName,
      value: update.Response.encode({ meta: { updateId }, outcome: { success: success ?? { payloads: [] } } }),
    },
  }),
} as const;
