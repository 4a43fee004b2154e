import { expect, it } from 'vitest';
import { services } from '@perdure/protocol';
import { quiet } from '../testing/manual-clock.js';
import { TestNode } from '../testing/test-node.js';

const { methods } = services.WorkflowService;

/** Lets the next read of an execution find what is there now, and answer it only when told to. */
function holdNextRead({ store }: TestNode): () => void {
  const loadExecution = store.loadExecution.bind(store);
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  store.loadExecution = async (...parts) => {
    store.loadExecution = loadExecution;
    const row = await loadExecution(...parts);
    await released;
    return row;
  };
  return release;
}

it('does not take an outdated row for a run that changed and left memory while it was being read', async () => {
  const node = await TestNode.open({ cacheSizeBytes: 1 });
  const runId = await node.start('w');
  await node.clock.advance(3000);
  const release = holdNextRead(node);
  const described = node.describe('w');
  await quiet();
  const workflowExecution = { workflowId: 'w', runId };
  await node.call(methods.SignalWorkflowExecution, { namespace: 'default', workflowExecution, signalName: 's' });
  await node.clock.advance(3000);
  expect(node.services.host.cacheUse().executions).toBe(0);
  release();
  expect((await described).workflowExecutionInfo?.historyLength).toBe(3);
  await node.signal('w');
  expect(await node.eventNames('w')).toHaveLength(4);
});

it('does not take an older run for the latest when a newer one came and left memory meanwhile', async () => {
  const node = await TestNode.open({ cacheSizeBytes: 1 });
  const first = await node.start('w');
  await node.terminate('w');
  await node.clock.advance(3000);
  const release = holdNextRead(node);
  const described = node.describe('w', first);
  const latest = node.describe('w');
  await quiet();
  await latest;
  const second = await node.start('w');
  await node.clock.advance(3000);
  release();
  expect((await described).workflowExecutionInfo?.execution?.runId).toBe(first);
  expect((await node.describe('w')).workflowExecutionInfo?.execution?.runId).toBe(second);
});

it('does not bring a deleted run back that was being read', async () => {
  const node = await TestNode.open({ cacheSizeBytes: 1 });
  const runId = await node.start('w');
  await node.terminate('w');
  await node.clock.advance(3000);
  const release = holdNextRead(node);
  const described = node.describe('w').then(
    () => 'found',
    () => 'not found',
  );
  await quiet();
  await node.delete('w', runId);
  await node.clock.advance(3000);
  release();
  expect(await described).toBe('not found');
  await node.clock.advance(3000);
  expect(await node.store.listRuns(node.namespaceId, 'w')).toEqual([]);
});

it('reads a run once for all who ask for it at the same time', async () => {
  const node = await TestNode.open({ cacheSizeBytes: 1 });
  await node.start('w');
  await node.clock.advance(3000);
  let reads = 0;
  const loadExecution = node.store.loadExecution.bind(node.store);
  node.store.loadExecution = (...parts) => {
    reads += 1;
    return loadExecution(...parts);
  };
  await Promise.all([node.signal('w'), node.signal('w'), node.describe('w')]);
  expect(reads).toBe(1);
  expect(await node.eventNames('w')).toHaveLength(4);
});
