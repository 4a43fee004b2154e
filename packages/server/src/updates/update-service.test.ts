import { enums, services, update as updateApi, type protocol, type workflowservice } from '@perdure/protocol';
import { describe, expect, it } from 'vitest';
import { MemoryDisk } from '../store/index.js';
import { completeWorkflow, continueAsNew } from '../testing/commands.js';
import { quiet } from '../testing/manual-clock.js';
import { codeOf, outcome, payloads, TestNode, type WorkflowTask } from '../testing/test-node.js';

const { methods } = services.WorkflowService;
const { UpdateWorkflowExecutionLifecycleStage: Stage } = enums;
const ADMITTED = Stage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED;
const ACCEPTED = Stage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED;
const COMPLETED = Stage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED;
const PROTOCOL_MESSAGE = enums.CommandType.COMMAND_TYPE_PROTOCOL_MESSAGE;

type Codec<Message> = { readonly typeName: string; encode(message: Message): Uint8Array };

function message<Message>(id: string, updateId: string, codec: Codec<Message>, body: Message): protocol.IMessage {
  const typeUrl = `type.googleapis.com/${codec.typeName}`;
  return { id, protocolInstanceId: updateId, body: { typeUrl, value: codec.encode(body) } };
}

/** A worker's answer to every update of a task, by what it does with them. */
function answer(task: WorkflowTask, ...what: ('accept' | 'complete' | 'reject')[]) {
  const messages: protocol.IMessage[] = [];
  const commands: workflowservice.IRespondWorkflowTaskCompletedRequest['commands'] & object[] = [];
  for (const { id, protocolInstanceId: updateId, body } of task.messages) {
    const acceptedRequest = updateApi.Request.decode(body?.value ?? new Uint8Array(0));
    for (const each of what) {
      const messageId = `${updateId}/${each}`;
      if (each === 'accept')
        messages.push(
          message(messageId, updateId, updateApi.Acceptance, { acceptedRequestMessageId: id, acceptedRequest }),
        );
      else if (each === 'complete')
        messages.push(
          message(messageId, updateId, updateApi.Response, {
            meta: { updateId },
            outcome: { success: payloads('done') },
          }),
        );
      else
        messages.push(
          message(messageId, updateId, updateApi.Rejection, {
            rejectedRequestMessageId: id,
            failure: { message: 'not valid' },
          }),
        );
      if (each !== 'reject')
        commands.push({ commandType: PROTOCOL_MESSAGE, protocolMessageCommandAttributes: { messageId } });
    }
  }
  return { commands, messages };
}

async function reply(node: TestNode, task: WorkflowTask, ...what: Parameters<typeof answer>[1][]): Promise<void> {
  const { commands, messages } = answer(task, ...what);
  await node.complete(task, commands, { messages });
}

async function idleRun(node: TestNode): Promise<void> {
  await node.start('w');
  await node.complete(await node.pollWorkflowTask());
}

describe('an update', () => {
  it('is answered at the stage that its caller waits for', async () => {
    const node = await TestNode.open();
    await idleRun(node);
    const accepted = node.update('w', 'u', ACCEPTED);
    const completed = node.update('w', 'u', COMPLETED);
    await reply(node, await node.pollWorkflowTask(), 'accept');
    expect((await accepted).stage).toBe(ACCEPTED);
    expect(await outcome(completed)).toBe('pending');
    await node.signal('w');
    await node.complete(
      await node.pollWorkflowTask(),
      [{ commandType: PROTOCOL_MESSAGE, protocolMessageCommandAttributes: { messageId: 'm' } }],
      {
        messages: [
          message('m', 'u', updateApi.Response, { meta: { updateId: 'u' }, outcome: { success: payloads(1) } }),
        ],
      },
    );
    expect((await completed).outcome?.success?.payloads).toHaveLength(1);
    expect((await node.update('w', 'u', COMPLETED)).stage).toBe(COMPLETED);
  });

  it('that is rejected leaves no history, and the same id is a new update afterwards', async () => {
    const node = await TestNode.open();
    await idleRun(node);
    const first = node.update('w', 'u', COMPLETED);
    await reply(node, await node.pollWorkflowTask(), 'reject');
    expect((await first).outcome?.failure?.message).toBe('not valid');
    expect(await node.eventNames('w')).toHaveLength(4);
    const second = node.update('w', 'u', COMPLETED);
    await reply(node, await node.pollWorkflowTask(), 'accept', 'complete');
    expect((await second).outcome?.success).toBeDefined();
  });

  it('that is rejected is told so only when the completion that says so is durable', async () => {
    let isFailing = false;
    const node = await TestNode.open({
      faults: {
        beforeWrite: (operation) => {
          if (isFailing && operation === 'commit') throw new Error('disk full');
        },
      },
    });
    await idleRun(node);
    const updated = codeOf(node.update('w', 'u', COMPLETED));
    const task = await node.pollWorkflowTask();
    isFailing = true;
    await codeOf(reply(node, task, 'reject'));
    expect(await updated).toBe('UNAVAILABLE');
  });

  it('asked by many with one id is one update', async () => {
    const node = await TestNode.open();
    await idleRun(node);
    const many = [1, 2, 3].map(() => node.update('w', 'u', COMPLETED));
    const task = await node.pollWorkflowTask();
    expect(task.messages).toHaveLength(1);
    await reply(node, task, 'accept', 'complete');
    for (const { stage } of await Promise.all(many)) expect(stage).toBe(COMPLETED);
    expect((await node.eventNames('w')).filter((name) => name.includes('UPDATE'))).toHaveLength(2);
  });

  it('is answered with the stage reached when the time of its caller is up', async () => {
    const node = await TestNode.open();
    await idleRun(node);
    const updated = node.update('w', 'u', COMPLETED, 5000);
    await node.clock.advance(4500);
    expect((await updated).stage).toBe(ADMITTED);
  });

  it('of a run that closes without taking it is told so', async () => {
    const node = await TestNode.open();
    await idleRun(node);
    const updated = codeOf(node.update('w', 'u', ACCEPTED));
    await quiet();
    await node.terminate('w');
    expect(await updated).toBe('NOT_FOUND');
  });

  it('that was accepted by a run that closes has failed', async () => {
    const node = await TestNode.open();
    await idleRun(node);
    const updated = node.update('w', 'u', COMPLETED);
    const task = await node.pollWorkflowTask();
    const { commands, messages } = answer(task, 'accept');
    await node.complete(task, [...commands, completeWorkflow()], { messages });
    expect((await updated).outcome?.failure?.message).toContain('completed before the Update completed');
  });

  it('that a run did not take before it continued as new goes to the next run', async () => {
    const node = await TestNode.open();
    await node.start('w');
    const task = await node.pollWorkflowTask();
    const updated = node.update('w', 'u', COMPLETED, 60_000);
    await quiet();
    await codeOf(node.complete(task, [continueAsNew()]));
    // If the first run refused to close while an update waited, it is offered again there.
    let next = await node.pollWorkflowTask();
    if (next.messages.length > 0 && next.previousStartedEventId > 0) next = await node.pollWorkflowTask();
    await reply(node, next, 'accept', 'complete');
    expect((await updated).stage).toBe(COMPLETED);
  });

  it('whose shard fails is answered UNAVAILABLE, and is delivered again', async () => {
    const node = await TestNode.open();
    await idleRun(node);
    const updated = codeOf(node.update('w', 'u', COMPLETED));
    await quiet();
    await node.store.acquireShard({ shardId: 0, ownerId: 'thief', leaseUntilMs: 0 });
    await codeOf(node.signal('w'));
    expect(await updated).toBe('UNAVAILABLE');
    await node.clock.advance(2000);
    const again = node.update('w', 'u', COMPLETED);
    const task = await node.pollWorkflowTask();
    expect(task.messages).toHaveLength(1);
    await reply(node, task, 'accept', 'complete');
    expect((await again).stage).toBe(COMPLETED);
  });
});

describe('polling an update', () => {
  const poll = (
    node: TestNode,
    updateId: string,
    lifecycleStage: enums.UpdateWorkflowExecutionLifecycleStage,
    timeoutMs = 10_000,
  ) =>
    node.call(
      methods.PollWorkflowExecutionUpdate,
      {
        namespace: 'default',
        updateRef: { workflowExecution: { workflowId: 'w' }, updateId },
        waitPolicy: { lifecycleStage },
      },
      { timeoutMs },
    );

  it('waits for its stage', async () => {
    const node = await TestNode.open();
    await idleRun(node);
    void node.update('w', 'u', ACCEPTED);
    await quiet();
    expect((await poll(node, 'u', 0)).stage).toBe(ADMITTED);
    const polled = poll(node, 'u', COMPLETED);
    await reply(node, await node.pollWorkflowTask(), 'accept', 'complete');
    expect((await polled).outcome?.success).toBeDefined();
  });

  it('that nobody asked for is refused', async () => {
    const node = await TestNode.open();
    await idleRun(node);
    expect(await codeOf(poll(node, 'unknown', ADMITTED))).toBe('NOT_FOUND');
  });

  it('of a run that left memory finds it', async () => {
    const node = await TestNode.open({ cacheSizeBytes: 1 });
    await idleRun(node);
    const updated = node.update('w', 'u', COMPLETED);
    await reply(node, await node.pollWorkflowTask(), 'accept', 'complete');
    await updated;
    await node.clock.advance(3000);
    expect((await poll(node, 'u', COMPLETED)).outcome?.success).toBeDefined();
  });

  it('finds the outcome after a restart, and so does whoever asks for the update again', async () => {
    const disk = new MemoryDisk();
    const before = await TestNode.open({ disk });
    await idleRun(before);
    const updated = before.update('w', 'u', COMPLETED);
    await reply(before, await before.pollWorkflowTask(), 'accept', 'complete');
    const { outcome } = await updated;
    await before.stop();
    const after = await TestNode.open({ disk });
    expect((await poll(after, 'u', COMPLETED)).outcome).toEqual(outcome);
    const events = await after.eventNames('w');
    expect(await after.update('w', 'u', COMPLETED)).toMatchObject({ outcome, stage: COMPLETED });
    await after.terminate('w');
    expect((await poll(after, 'u', COMPLETED)).outcome).toEqual(outcome);
    expect(await after.eventNames('w')).toEqual([...events, 'WORKFLOW_EXECUTION_TERMINATED']);
  });
});
