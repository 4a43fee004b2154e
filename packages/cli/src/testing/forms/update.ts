import { workflowservice } from '@perdure/protocol';
import type { Form, Forms, World } from './form.js';
import { exactly, message, shape, text } from './shape.js';

const ACCEPTED = exactly('UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED');
const WITH_START = { workflowId: text, runId: text, type: text, namespace: text, taskQueue: text, updateName: text };

const startOrder: NonNullable<Form['prepare']> = (id, world) => world.startOrder(id);

async function sendUpdate(id: string, world: World): Promise<void> {
  await world.startOrder(id);
  const update = ['--name', 'addItem', '-i', '"salad"', '--update-id', 'u'];
  await world.cli.text('workflow', 'update', 'execute', '-w', id, ...update);
}

/** The forms of what sends updates and waits for them. */
export const UPDATE_FORMS: Forms = {
  'workflow update execute': {
    document: shape({ name: text, updateId: text, result: exactly(2) }),
    like: () => ({ name: 'addItem', updateId: 'u' }),
    prepare: startOrder,
    words: (id) => ['-w', id, '--name', 'addItem', '-i', '"salad"', '--update-id', 'u'],
  },
  'workflow update start': {
    document: shape({ name: exactly('waitForApproval'), updateId: text, stage: ACCEPTED }),
    prepare: startOrder,
    words: (id) => ['-w', id, '--name', 'waitForApproval', '--wait-for-stage', 'accepted'],
  },
  'workflow update result': {
    document: shape({ updateId: exactly('u'), result: exactly(2) }),
    prepare: sendUpdate,
    words: (id) => ['-w', id, '--update-id', 'u'],
  },
  'workflow update describe': {
    document: message(workflowservice.PollWorkflowExecutionUpdateResponse),
    like: () => ({ outcome: { success: { payloads: [{ data: btoa('2') }] } } }),
    prepare: sendUpdate,
    words: (id) => ['-w', id, '--update-id', 'u'],
  },
  'workflow execute-update-with-start': {
    document: shape({ ...WITH_START, updateId: text, updateResult: exactly(2) }),
    like: (id) => ({ workflowId: id, type: 'order', updateName: 'addItem' }),
    words: (id, { queue }) => [
      ...['-t', queue, '--type', 'order', '-w', id, '-i', '"pizza"'],
      ...['--update-name', 'addItem', '--update-input', '"salad"'],
    ],
  },
  'workflow start-update-with-start': {
    document: shape({ ...WITH_START, updateId: text, stage: ACCEPTED }),
    like: (id) => ({ workflowId: id, updateName: 'waitForApproval' }),
    words: (id, { queue }) => [
      ...['-t', queue, '--type', 'order', '-w', id, '-i', '"pizza"'],
      ...['--update-name', 'waitForApproval', '--update-wait-for-stage', 'accepted'],
    ],
  },
};
