import { update } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { eventOf, FakeContext } from '../testing/fake-context.js';
import { UpdateMachine } from './update.js';

const request = update.Request.decode(
  update.Request.encode({ meta: { updateId: 'u1', identity: 'me' }, input: { name: 'add' } }).slice(),
);
const incoming = { protocolInstanceId: 'p1', messageId: 'm1', sequencingEventId: 4, request };

function begin(context: FakeContext) {
  const messages: { readonly body?: { readonly value?: Uint8Array | null } | null }[] = [];
  const machine = new UpdateMachine(context, incoming, (message) => messages.push(message));
  const respond = (response: Parameters<UpdateMachine['respond']>[0]['response']) =>
    machine.respond({ kind: 'updateResponse', protocolInstanceId: 'p1', response });
  return { messages, respond };
}

test('an update is accepted and completed, each by a command that carries its message', () => {
  const context = new FakeContext();
  const { respond, messages } = begin(context);
  respond({ status: 'accepted' });
  respond({ status: 'completed', result: { data: new Uint8Array([1]) } });
  expect(context.commandTypes).toEqual(['PROTOCOL_MESSAGE', 'PROTOCOL_MESSAGE']);
  expect(messages).toEqual([]);
  const [acceptance, response] = context.sent.map(({ message }) => message?.body?.value ?? new Uint8Array());
  expect(update.Acceptance.decode(acceptance as Uint8Array)).toMatchObject({
    acceptedRequestMessageId: 'm1',
    acceptedRequestSequencingEventId: 4,
    acceptedRequest: { meta: { updateId: 'u1' } },
  });
  expect(update.Response.decode(response as Uint8Array)).toMatchObject({ meta: { updateId: 'u1' }, outcome: { success: {} } }); // prettier-ignore
});

test('a rejection is a message without a command, and leaves no trace', () => {
  const context = new FakeContext();
  const { respond, messages } = begin(context);
  respond({ status: 'rejected', failure: { message: 'no' } });
  expect(context.commandTypes).toEqual([]);
  const [rejection] = messages.map(({ body }) => update.Rejection.decode(body?.value ?? new Uint8Array()));
  expect(rejection).toMatchObject({ rejectedRequestMessageId: 'm1', failure: { message: 'no' } });
});

test('an update that fails after it was accepted is completed with a failure', () => {
  const context = new FakeContext();
  const { respond } = begin(context);
  respond({ status: 'accepted' });
  respond({ status: 'rejected', failure: { message: 'later' } });
  const value = context.sent[1]?.message?.body?.value ?? new Uint8Array();
  expect(update.Response.decode(value)).toMatchObject({ outcome: { failure: { message: 'later' } } });
});

test('an update is told from another', () => {
  const context = new FakeContext();
  const { respond } = begin(context);
  respond({ status: 'accepted' });
  const differs = (protocolInstanceId: string) =>
    context.sent[0]?.differs(eventOf({ workflowExecutionUpdateAcceptedEventAttributes: { protocolInstanceId } }));
  expect(differs('p1')).toBeUndefined();
  expect(differs('p2')).toBe('updates differ: p2 and p1');
});
