import { enums } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { eventOf, FakeContext } from '../testing/fake-context.js';
import { ExternalCancelMachine, ExternalSignalMachine } from './external-workflow.js';

const workflowExecution = { namespace: 'default', workflowId: 'other', runId: '' };
const failureOf = (context: FakeContext) => context.takeJobs().map((job) => 'result' in job && job.result);

function signal(context: FakeContext): ExternalSignalMachine {
  return new ExternalSignalMachine(context, {
    kind: 'signalExternalWorkflowExecution',
    ...{ seq: 1, target: { workflowExecution }, signalName: 'note', arguments: [], headers: {} },
  });
}

test('a signal arrives', () => {
  const context = new FakeContext();
  signal(context);
  const [initiated] = context.record();
  context.happen(initiated, { externalWorkflowExecutionSignaledEventAttributes: {} });
  expect(failureOf(context)).toEqual([{ failure: undefined }]);
});

test.each([
  ['EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND', 'ExternalWorkflowExecutionNotFound'],
  ['NAMESPACE_NOT_FOUND', 'NamespaceNotFound'],
  ['SIGNAL_COUNT_LIMIT_EXCEEDED', 'SignalCountLimitExceeded'],
] as const)('a signal that fails with %s says why', (cause, type) => {
  const context = new FakeContext();
  signal(context);
  const [initiated] = context.record();
  const causes = enums.SignalExternalWorkflowExecutionFailedCause;
  context.happen(initiated, {
    signalExternalWorkflowExecutionFailedEventAttributes: {
      cause: causes[`SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_${cause}`],
    },
  });
  expect(failureOf(context)).toMatchObject([{ failure: { applicationFailureInfo: { type } } }]);
});

test('a signal is taken back before it was sent, and not after', () => {
  const context = new FakeContext();
  signal(context).cancel({ kind: 'cancelSignalWorkflow', seq: 1 });
  expect(context.commandTypes).toEqual([]);
  expect(failureOf(context)).toMatchObject([{ failure: { canceledFailureInfo: {} } }]);

  const sent = signal(context);
  context.record();
  sent.cancel({ kind: 'cancelSignalWorkflow', seq: 1 });
  expect(failureOf(context)).toEqual([]);
});

test('a signal is told from another by its name and its target', () => {
  const context = new FakeContext();
  signal(context);
  const differs = (signalName: string, workflowId: string) =>
    context.sent[0]?.differs(eventOf({ signalExternalWorkflowExecutionInitiatedEventAttributes: { signalName, workflowExecution: { workflowId } } })); // prettier-ignore
  expect(differs('note', 'other')).toBeUndefined();
  expect(differs('stop', 'other')).toBe('signals differ: stop and note');
  expect(differs('note', 'third')).toMatch(/third and other/);
});

test('a request to cancel says who asks, and tells whether it arrived', () => {
  for (const [event, failure] of [
    [{ externalWorkflowExecutionCancelRequestedEventAttributes: {} }, undefined],
    [
      { requestCancelExternalWorkflowExecutionFailedEventAttributes: {} },
      { message: expect.stringMatching(/not found/) as string },
    ],
  ] as const) {
    const context = new FakeContext();
    const request = {
      kind: 'requestCancelExternalWorkflowExecution',
      seq: 1,
      workflowExecution,
      reason: 'why',
    } as const;
    void new ExternalCancelMachine(context, request);
    expect(context.sent[0]?.command.requestCancelExternalWorkflowExecutionCommandAttributes?.reason).toBe(
      'Cancel requested by workflow with run id run-1 with reason: why',
    );
    const [initiated] = context.record();
    context.happen(initiated, event);
    expect(failureOf(context)).toMatchObject([{ failure }]);
  }
});
