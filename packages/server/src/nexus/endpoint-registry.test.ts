import type { nexus } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { openStore } from '../store/index.js';
import { ManualClock } from '../testing/manual-clock.js';
import { EndpointRegistry } from './endpoint-registry.js';

const SPEC: nexus.EndpointSpec = { name: 'billing', target: { worker: { namespace: 'default', taskQueue: 'bills' } } };

/** A registry whose next write can be made to fail before or after it took effect. */
async function harness() {
  const store = await openStore({ kind: 'memory', clusterId: 'test' });
  const lease = await store.acquireShard({ shardId: 0, ownerId: 'test', leaseUntilMs: 1 });
  const fault: { next: 'before' | 'after' | undefined } = { next: undefined };
  let ids = 0;
  const registry = new EndpointRegistry({
    store,
    clock: new ManualClock(),
    newId: () => `id-${(ids += 1)}`,
    host: () => ({
      writeRecord: async (key, value) => {
        const { next } = fault;
        fault.next = undefined;
        if (next === 'before') throw new Error('not written');
        await store.records.write(lease, [{ key, value }]);
        if (next === 'after') throw new Error('written, but nobody heard');
      },
    }),
  });
  return { registry, fault };
}

test('an endpoint whose registration was written but not heard of keeps its name', async () => {
  const { registry, fault } = await harness();
  fault.next = 'after';
  await expect(registry.create(SPEC)).rejects.toThrow('written, but nobody heard');
  await expect(registry.create(SPEC)).rejects.toThrow('"billing" already exists');
  expect(registry.byName('billing')).toMatchObject({ id: 'id-1', version: 1 });
});

test('a change that was not written can be made again', async () => {
  const { registry, fault } = await harness();
  fault.next = 'before';
  await expect(registry.create(SPEC)).rejects.toThrow('not written');
  const { id } = await registry.create(SPEC);
  fault.next = 'before';
  await expect(registry.update(id, 1, { ...SPEC, name: 'other' })).rejects.toThrow('not written');
  expect(registry.byId(id)?.spec?.name).toBe('billing');
  await registry.update(id, 1, { ...SPEC, name: 'other' });
  fault.next = 'before';
  await expect(registry.delete(id, 2)).rejects.toThrow('not written');
  await registry.delete(id, 2);
  expect(registry.list()).toEqual([]);
});
