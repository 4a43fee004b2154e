import type { history } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { eventOf, FakeContext } from '../testing/fake-context.js';
import { NexusOperationMachine } from './nexus-operation.js';

const cancellationTypes = { waitCompleted: 0, abandon: 1, tryCancel: 2, waitRequested: 3 };

function schedule(context: FakeContext, cancellationType = 0): NexusOperationMachine {
  const names = { endpoint: 'shop', service: 'orders', operation: 'place' };
  return new NexusOperationMachine(context, {
    kind: 'scheduleNexusOperation',
    ...{ seq: 1, ...names, nexusHeader: {}, cancellationType },
  });
}

const kinds = (context: FakeContext) =>
  context.takeJobs().map((job) => [job.kind, 'result' in job && 'status' in job.result && job.result.status]);
const startedAs = 'resolveNexusOperationStart';
const endedAs = 'resolveNexusOperation';

test('an operation starts, then ends', () => {
  const context = new FakeContext();
  schedule(context);
  const [scheduled] = context.record();
  context.happen(scheduled, { nexusOperationStartedEventAttributes: { operationToken: 'token' } });
  context.happen(scheduled, { nexusOperationCompletedEventAttributes: {} });
  expect(kinds(context)).toEqual([[startedAs, 'started'], [endedAs, 'completed']]); // prettier-ignore
});

test('an operation that ends at once has started as well', () => {
  const context = new FakeContext();
  schedule(context);
  const [scheduled] = context.record();
  context.happen(scheduled, { nexusOperationCompletedEventAttributes: {} });
  expect(kinds(context)).toEqual([[startedAs, 'startedSync'], [endedAs, 'completed']]); // prettier-ignore
});

const badEnds: readonly [string, history.IHistoryEvent][] = [
  ['failed', { nexusOperationFailedEventAttributes: { failure: { message: 'no' } } }],
  ['timedOut', { nexusOperationTimedOutEventAttributes: { failure: { message: 'late' } } }],
  ['cancelled', { nexusOperationCanceledEventAttributes: { failure: { message: 'stopped' } } }],
];

test.each(badEnds)(
  'an operation that %s tells so through its start if it had not started, else through its end',
  (status, event) => {
    const early = new FakeContext();
    schedule(early);
    early.happen(early.record()[0], event);
    expect(kinds(early)).toEqual([[startedAs, 'failed']]);

    const late = new FakeContext();
    schedule(late);
    const [scheduled] = late.record();
    late.happen(scheduled, { nexusOperationStartedEventAttributes: {} });
    late.happen(scheduled, event);
    expect(kinds(late)).toEqual([[startedAs, 'started'], [endedAs, status]]); // prettier-ignore
  },
);

test.each([
  ['abandon', [], 1],
  ['tryCancel', ['REQUEST_CANCEL_NEXUS_OPERATION'], 1],
  ['waitCompleted', ['REQUEST_CANCEL_NEXUS_OPERATION'], 0],
  ['waitRequested', ['REQUEST_CANCEL_NEXUS_OPERATION'], 0],
] as const)('cancelling with %s', (type, commands, toldAtOnce) => {
  const context = new FakeContext();
  const operation = schedule(context, cancellationTypes[type]);
  const [scheduled] = context.record();
  context.happen(scheduled, { nexusOperationStartedEventAttributes: {} });
  context.takeJobs();
  operation.cancel({ kind: 'requestCancelNexusOperation', seq: 1 });
  expect(context.commandTypes).toEqual(commands);
  expect(kinds(context)).toHaveLength(toldAtOnce);
  context.happen(scheduled, { nexusOperationCancelRequestCompletedEventAttributes: {} });
  expect(kinds(context)).toHaveLength(type === 'waitRequested' ? 1 : 0);
});

test.each([
  ['abandon', 1],
  ['tryCancel', 1],
  ['waitCompleted', 0],
  ['waitRequested', 0],
] as const)('cancelling with %s while it starts; what comes after the end is not told', (type, toldAtOnce) => {
  const context = new FakeContext();
  const operation = schedule(context, cancellationTypes[type]);
  const [scheduled] = context.record();
  operation.cancel({ kind: 'requestCancelNexusOperation', seq: 1 });
  expect(kinds(context)).toEqual(toldAtOnce === 1 ? [[startedAs, 'failed']] : []);
  context.happen(scheduled, { nexusOperationStartedEventAttributes: { operationToken: 'token' } });
  context.happen(scheduled, { nexusOperationCompletedEventAttributes: {} });
  expect(kinds(context)).toEqual(toldAtOnce === 1 ? [] : [[startedAs, 'started'], [endedAs, 'completed']]); // prettier-ignore
});

test('an operation that was not sent is taken back', () => {
  const context = new FakeContext();
  schedule(context).cancel({ kind: 'requestCancelNexusOperation', seq: 1 });
  expect(context.commandTypes).toEqual([]);
  expect(kinds(context)).toEqual([[startedAs, 'failed']]);
});

test('an operation is told from another by what it is called', () => {
  const context = new FakeContext();
  schedule(context);
  const differs = (operation: string) =>
    context.sent[0]?.differs(eventOf({ nexusOperationScheduledEventAttributes: { endpoint: 'shop', service: 'orders', operation } })); // prettier-ignore
  expect(differs('place')).toBeUndefined();
  expect(differs('cancel')).toMatch(/cancel of orders at shop/);
});
