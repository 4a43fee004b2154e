import { expect, it, vi } from 'vitest';
import { MemoryDisk } from '../store/index.js';
import { completeWorkflow } from '../testing/commands.js';
import { quiet, sameTurn } from '../testing/manual-clock.js';
import { codeOf, TestNode } from '../testing/test-node.js';

const journalled = (disk: MemoryDisk): number =>
  disk.tables.journal.readAfter(0, 0).reduce((sum, row) => sum + row.transitions.length, 0);

it('writes a run that changed often once, some seconds later, and forgets its journal rows', async () => {
  const node = await TestNode.open();
  await node.start('w');
  for (let index = 0; index < 5; index += 1) await node.signal('w');
  expect(journalled(node.disk)).toBe(6);
  expect(await node.store.loadExecution(node.namespaceId, 'w', undefined)).toBeUndefined();
  await node.clock.advance(4000);
  // It is open still, and has its chance to be over by the next round.
  expect(journalled(node.disk)).toBe(6);
  expect(await node.store.loadExecution(node.namespaceId, 'w', undefined)).toBeUndefined();
  await node.clock.advance(3000);
  expect(journalled(node.disk)).toBe(6);
  await node.clock.advance(1000);
  expect(journalled(node.disk)).toBe(0);
  expect((await node.store.loadExecution(node.namespaceId, 'w', undefined))?.sequence).toBe(6);
});

it('writes a run that is over with the next round, and keeps the journal for one that it passes over', async () => {
  const node = await TestNode.open({ disk: new MemoryDisk({ powerCuts: true }) });
  await node.start('over');
  await node.terminate('over');
  await node.clock.advance(3500);
  await node.start('open');
  await node.clock.advance(500);
  expect((await node.store.loadExecution(node.namespaceId, 'over', undefined))?.open).toBe(false);
  expect(await node.store.loadExecution(node.namespaceId, 'open', undefined)).toBeUndefined();
  // A commit takes the tables to the disk with it.
  await node.store.commit([]);
  node.losePower();
  const again = await TestNode.open({ disk: node.disk, clock: node.clock });
  expect(await again.eventNames('over')).toHaveLength(3);
  expect(await again.eventNames('open')).toHaveLength(2);
});

it('writes a run that is over once, though timers from before then pass', async () => {
  let written = 0;
  const beforeWrite = (operation: string): void => void (written += operation === 'materialise' ? 1 : 0);
  const node = await TestNode.open({ faults: { beforeWrite } });
  await node.start('w');
  await node.complete(await node.pollWorkflowTask(), [completeWorkflow()]);
  await node.clock.advance(60_000);
  expect((await node.store.loadExecution(node.namespaceId, 'w', undefined))?.open).toBe(false);
  expect(written).toBe(1);
});

it('writes a run that never rests, though it changes before every round', async () => {
  const node = await TestNode.open();
  await node.start('w');
  for (let round = 0; round < 3; round += 1) {
    await node.clock.advance(3900);
    await node.signal('w');
    await node.clock.advance(100);
  }
  expect(await node.store.loadExecution(node.namespaceId, 'w', undefined)).toBeDefined();
  // What is younger than the round before the last.
  expect(journalled(node.disk)).toBeLessThanOrEqual(2);
});

it('passes over nothing in the round that takes a run out of the tables which the journal still holds', async () => {
  const node = await TestNode.open();
  await node.start('open');
  await node.start('gone');
  await node.terminate('gone');
  await node.delete('gone');
  await node.clock.advance(4000);
  expect(journalled(node.disk)).toBe(0);
  expect(await node.store.listRuns(node.namespaceId, 'gone')).toEqual([]);
  expect(await node.store.loadExecution(node.namespaceId, 'open', undefined)).toBeDefined();
});

it('keeps the journal row of the moment in which it begins, for more may still join it', async () => {
  const disk = new MemoryDisk({ powerCuts: true });
  const node = await TestNode.open({ disk });
  await node.start('first');
  // The next second brings a round that writes it.
  await node.clock.advance(7000);
  const before = node.signal('first');
  await sameTurn();
  node.clock.jump(1000);
  const after = [node.start('late'), node.signal('first')];
  await Promise.all([before, ...after]);
  await quiet();
  await node.store.commit([]);
  node.losePower();
  const again = await TestNode.open({ disk, clock: node.clock });
  expect(await again.eventNames('late')).toHaveLength(2);
  expect(await again.eventNames('first')).toHaveLength(4);
});

it('writes many runs in slices, and loses none when the disk fails in between', async () => {
  let failAt = Infinity;
  let rounds = 0;
  const disk = new MemoryDisk();
  const node = await TestNode.open({
    disk,
    faults: {
      beforeWrite: (operation) => {
        if (operation === 'materialise' && ++rounds > failAt) throw new Error('disk full');
      },
    },
  });
  await Promise.all(Array.from({ length: 600 }, (_, index) => node.start(`w${index}`)));
  failAt = 2;
  await node.clock.advance(8000);
  expect(rounds).toBe(3);
  expect(journalled(disk)).toBe(600);
  expect(await codeOf(node.start('x'))).toBe('UNAVAILABLE');
  await node.store.close();
  const again = await TestNode.open({ disk, clock: node.clock });
  for (const id of ['w0', 'w300', 'w599']) expect(await again.eventNames(id)).toHaveLength(2);
  expect(disk.tables.history.problems()).toEqual([]);
});

it('lets whoever asks during a round wait for the next one', async () => {
  const node = await TestNode.open();
  await node.start('a');
  const first = node.services.host.drain();
  await node.start('b');
  await Promise.all([first, node.services.host.drain()]);
  expect(await node.store.loadExecution(node.namespaceId, 'b', undefined)).toBeDefined();
});

it('writes what is much after two seconds, if it is still open', async () => {
  const node = await TestNode.open();
  await Promise.all(Array.from({ length: 2000 }, (_, index) => node.start(`w${index}`)));
  await node.clock.advance(1000);
  expect(journalled(node.disk)).toBe(2000);
  await node.clock.advance(1000);
  // In many slices.
  await vi.waitFor(() => expect(journalled(node.disk)).toBe(0));
});
