import type { history } from '@perdure/protocol';
import type { StartChildWorkflowExecutionCommand } from '@perdure/common/activation';
import { describe, expect, test } from 'vitest';
import { eventOf, FakeContext } from '../testing/fake-context.js';
import { ChildWorkflowMachine } from './child-workflow.js';

const cancellationTypes = { abandon: 0, tryCancel: 1, waitCompleted: 2, waitRequested: 3 };

function start(context: FakeContext, given: Partial<StartChildWorkflowExecutionCommand> = {}): ChildWorkflowMachine {
  return new ChildWorkflowMachine(context, {
    kind: 'startChildWorkflowExecution',
    seq: 1,
    namespace: 'default',
    workflowId: 'invoice-1',
    workflowType: 'invoice',
    taskQueue: 'queue',
    input: [],
    parentClosePolicy: 1,
    workflowIdReusePolicy: 1,
    cronSchedule: '',
    headers: {},
    memo: {},
    cancellationType: cancellationTypes.waitCompleted,
    versioningIntent: 0,
    ...given,
  });
}

const started = { childWorkflowExecutionStartedEventAttributes: { workflowExecution: { runId: 'child-run' } } };
const cancel = { kind: 'cancelChildWorkflowExecution', childWorkflowSeq: 1, reason: 'enough' } as const;
const toldTo = (context: FakeContext) => context.takeJobs().map((job) => ({ kind: job.kind, ...('result' in job && { result: job.result }) })); // prettier-ignore

describe('a child workflow', () => {
  test('that does not start tells why, and nothing after it', () => {
    const context = new FakeContext();
    const child = start(context);
    const [initiated] = context.record();
    context.happen(initiated, { startChildWorkflowExecutionFailedEventAttributes: { cause: 1 } });
    child.cancel(cancel);
    expect(context.commandTypes).toEqual([]);
    const result = { status: 'failed', workflowId: 'invoice-1', workflowType: 'invoice', cause: 1 };
    expect(toldTo(context)).toEqual([{ kind: 'resolveChildWorkflowExecutionStart', result }]);
  });

  const ends: readonly [string, history.IHistoryEvent, object][] = [
    ['completes', { childWorkflowExecutionCompletedEventAttributes: {} }, { status: 'completed' }],
    ['fails', { childWorkflowExecutionFailedEventAttributes: { failure: { message: 'no' }, retryState: 4 } }, { status: 'failed', failure: { cause: { message: 'no' }, childWorkflowExecutionFailureInfo: { retryState: 4 } } }],
    ['times out', { childWorkflowExecutionTimedOutEventAttributes: {} }, { status: 'failed', failure: { cause: { timeoutFailureInfo: { timeoutType: 1 } } } }],
    ['is terminated', { childWorkflowExecutionTerminatedEventAttributes: {} }, { status: 'failed', failure: { cause: { terminatedFailureInfo: {} } } }],
    ['is cancelled', { childWorkflowExecutionCanceledEventAttributes: {} }, { status: 'cancelled', failure: { cause: { canceledFailureInfo: {} } } }],
  ]; // prettier-ignore

  test.each(ends)('that %s says so once', (_, event, result) => {
    const context = new FakeContext();
    start(context);
    const [initiated] = context.record();
    context.happen(initiated, started);
    expect(toldTo(context)).toMatchObject([{ result: { status: 'succeeded', runId: 'child-run' } }]);
    context.happen(initiated, event);
    context.happen(initiated, event);
    expect(toldTo(context)).toMatchObject([{ kind: 'resolveChildWorkflowExecution', result }]);
  });

  test('is told from another by its type and its id', () => {
    const context = new FakeContext();
    start(context);
    const differs = (name: string, workflowId: string) =>
      context.sent[0]?.differs(eventOf({ startChildWorkflowExecutionInitiatedEventAttributes: { workflowType: { name }, workflowId } })); // prettier-ignore
    expect(differs('invoice', 'invoice-1')).toBeUndefined();
    expect(differs('receipt', 'invoice-1')).toMatch(/types differ: receipt and invoice/);
    expect(differs('invoice', 'other')).toMatch(/ids differ: other and invoice-1/);
  });
});

describe('cancelling a child workflow', () => {
  test('before it was sent takes it back', () => {
    const context = new FakeContext();
    start(context).cancel(cancel);
    expect(context.commandTypes).toEqual([]);
    expect(toldTo(context)).toMatchObject([
      { result: { status: 'cancelled', failure: { message: expect.stringMatching(/enough/) as string } } },
    ]);
  });

  const request = 'REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION';
  test.each([
    ['abandon', [], 1],
    ['tryCancel', [request], 1],
    ['waitCompleted', [request], 0],
    // As Temporal's core does it, whatever the name says.
    ['waitRequested', [request], 0],
  ] as const)('with %s', (type, commands, toldAtOnce) => {
    const context = new FakeContext();
    const child = start(context, { cancellationType: cancellationTypes[type] });
    const [initiated] = context.record();
    context.happen(initiated, started);
    context.takeJobs();
    child.cancel(cancel);
    child.cancel(cancel);
    expect(context.commandTypes).toEqual(commands);
    expect(toldTo(context)).toHaveLength(toldAtOnce);
    const [requested] = context.record();
    context.happen(requested, { externalWorkflowExecutionCancelRequestedEventAttributes: {} });
    expect(toldTo(context)).toHaveLength(0);
    context.happen(initiated, { childWorkflowExecutionCanceledEventAttributes: {} });
    expect(toldTo(context)).toHaveLength(1 - toldAtOnce);
  });

  test('that is not known to have started ends the wait for its start', () => {
    const context = new FakeContext();
    const child = start(context, { cancellationType: cancellationTypes.tryCancel });
    const [initiated] = context.record();
    child.cancel(cancel);
    expect(toldTo(context)).toMatchObject([{ kind: 'resolveChildWorkflowExecutionStart', result: { status: 'cancelled' } }]); // prettier-ignore
    context.happen(initiated, started);
    context.happen(initiated, { childWorkflowExecutionCanceledEventAttributes: {} });
    expect(toldTo(context)).toEqual([]);
  });
});
