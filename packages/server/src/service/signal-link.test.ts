import { enums, services as api } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { TestNode } from '../testing/test-node.js';

const { methods } = api.WorkflowService;
const namespace = 'default';
const eventType = enums.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED;

test('whoever signals a workflow, or starts it with a signal, is told where the signal is', async () => {
  const node = await TestNode.open();
  const workflow = { namespace, workflowId: 'w', workflowType: { name: 't' }, taskQueue: { name: 'queue' } };
  const withStart = (requestId: string) =>
    node.call(methods.SignalWithStartWorkflowExecution, { ...workflow, signalName: 's', requestId });
  const { runId, started, signalLink } = await withStart('first');
  const linkOf = (requestId: string) => ({
    workflowEvent: { namespace, workflowId: 'w', runId, requestIdRef: { requestId, eventType } },
  });
  expect({ started, signalLink }).toMatchObject({ started: true, signalLink: linkOf('first') });
  expect(await withStart('second')).toMatchObject({ runId, started: false, signalLink: linkOf('second') });
  const workflowExecution = { workflowId: 'w' };
  const signalled = await node.call(methods.SignalWorkflowExecution, {
    ...{ namespace, workflowExecution, signalName: 's', requestId: 'third' },
  });
  expect(signalled.link).toMatchObject(linkOf('third'));
  await node.stop();
});
