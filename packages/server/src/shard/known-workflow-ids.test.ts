import { expect, it } from 'vitest';
import { MemoryDisk } from '../store/index.js';
import { ManualClock, quiet } from '../testing/manual-clock.js';
import { codeOf, TestNode } from '../testing/test-node.js';
import { KnownWorkflowIds } from './known-workflow-ids.js';

const key = (index: number) => ({ namespaceId: '7d7a21d1-43e4-4a43-bf65-a4bd8c8c52ee', workflowId: `order-${index}` });

it('never takes a known workflow id for a fresh one, and seldom a fresh one for a known one', () => {
  const known = new KnownWorkflowIds();
  for (let index = 0; index < 200_000; index += 1) known.add(key(index));
  expect(known.mayHave(key(300_000))).toBe(true);
  known.complete();
  for (let index = 0; index < 200_000; index += 1) if (!known.mayHave(key(index))) expect.unreachable(`order-${index}`);
  let mistaken = 0;
  for (let index = 200_000; index < 300_000; index += 1) if (known.mayHave(key(index))) mistaken += 1;
  expect(mistaken).toBeLessThan(100);
});

it('lets a start of a fresh workflow id do without reading the store', async () => {
  const node = await TestNode.open();
  await quiet();
  let reads = 0;
  const { store } = node;
  const loadExecution = store.loadExecution.bind(store);
  store.loadExecution = (...parts) => {
    reads += 1;
    return loadExecution(...parts);
  };
  for (let index = 0; index < 50; index += 1) await node.start(`w${index}`);
  expect(await codeOf(node.start('w0'))).toBe('ALREADY_EXISTS');
  expect(await codeOf(node.signal('nobody'))).toBe('NOT_FOUND');
  expect(reads).toBe(0);
});

it('knows after a restart which workflow ids there are, in the tables or only in the journal', async () => {
  const disk = new MemoryDisk({ powerCuts: true });
  const first = await TestNode.open({ disk });
  await first.start('in the tables');
  await first.services.host.drain();
  await first.start('in the journal');
  first.losePower();
  const node = await TestNode.open({ disk, clock: new ManualClock(first.clock.nowMs()), cacheSizeBytes: 1 });
  await node.clock.advance(3000);
  expect(node.services.host.cacheUse().executions).toBe(0);
  expect(await codeOf(node.start('in the tables'))).toBe('ALREADY_EXISTS');
  expect(await codeOf(node.start('in the journal'))).toBe('ALREADY_EXISTS');
  expect(await codeOf(node.start('fresh'))).toBe('OK');
});
