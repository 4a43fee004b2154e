import { expect, test } from 'vitest';
import { ManualClock, settled } from '../testing/manual-clock.js';
import { RecordingLogger } from '../testing/recording-logger.js';
import {
  type CustomSlotSupplier,
  openSlots,
  ResourceBasedController,
  type ActivitySlotInfo,
  slotSuppliersOf,
} from './index.js';

const context = {
  slotType: 'activity',
  taskQueue: 'q',
  workerIdentity: 'me',
  workerBuildId: '',
  isSticky: false,
} as const;

function ground() {
  return { logger: new RecordingLogger(), clock: new ManualClock() };
}

test('a custom supplier is asked for slots, and told what becomes of them', async () => {
  const calls: unknown[] = [];
  const supplier: CustomSlotSupplier<ActivitySlotInfo> = {
    type: 'custom',
    reserveSlot: async (ctx) => {
      calls.push(['reserve', ctx.taskQueue]);
      return { number: 1 };
    },
    tryReserveSlot: () => null,
    markSlotUsed: ({ slotInfo, permit }) => calls.push(['used', slotInfo.activityType, permit]),
    releaseSlot: ({ slotInfo, permit }) => calls.push(['released', slotInfo?.activityType, permit]),
  };
  const slots = openSlots(supplier, context, ground());
  expect(slots.tryReserve()).toBeUndefined();
  const slot = await slots.reserve(new AbortController().signal);
  slot?.markUsed({ type: 'activity', activityType: 'a' });
  expect(slots.usedCount).toBe(1);
  slot?.release();
  slot?.release();
  expect(slots.usedCount).toBe(0);
  expect(calls).toEqual([
    ['reserve', 'q'],
    ['used', 'a', { number: 1 }],
    ['released', 'a', { number: 1 }],
  ]);
});

test('a custom supplier that throws is asked again after a while, and cannot hurt the worker', async () => {
  const { logger, clock } = ground();
  let attempts = 0;
  const broken = (): never => {
    throw new Error('broken');
  };
  const slots = openSlots<ActivitySlotInfo>(
    {
      type: 'custom',
      reserveSlot: async () => (++attempts === 1 ? broken() : {}),
      tryReserveSlot: broken,
      markSlotUsed: broken,
      releaseSlot: broken,
    },
    context,
    { logger, clock },
  );
  expect(slots.tryReserve()).toBeUndefined();
  const reserved = slots.reserve(new AbortController().signal);
  await clock.advance(1_000);
  const slot = await reserved;
  slot?.markUsed({ type: 'activity', activityType: 'a' });
  slot?.release();
  expect(logger.messages('ERROR').map((message) => message.split(' ')[0])).toEqual([
    'tryReserveSlot',
    'reserveSlot',
    'markSlotUsed',
    'releaseSlot',
  ]);
});

test('resource-based slots are handed out one after the other while there is room, the minimum always', async () => {
  const { logger, clock } = ground();
  let memory = 0.1;
  const controller = ResourceBasedController.create(
    { targetMemoryUsage: 0.8, targetCpuUsage: 1 },
    () => ({ memory, cpu: 0 }),
    () => clock.nowMs(),
  );
  const supplier = { type: 'resource-based', controller, minimumSlots: 1, maximumSlots: 3, rampThrottle: 50 } as const;
  const slots = openSlots(supplier, context, { logger, clock });
  expect(slots.tryReserve()).toBeDefined();
  expect(slots.tryReserve()).toBeUndefined();
  await clock.advance(50);
  const second = slots.tryReserve();
  expect(second).toBeDefined();
  memory = 0.9;
  await clock.advance(100);
  expect(slots.tryReserve()).toBeUndefined();
  memory = 0.1;
  const waiting = slots.reserve(new AbortController().signal);
  await clock.advance(100);
  expect(await waiting).toBeDefined();
  await clock.advance(100);
  expect(slots.tryReserve()).toBeUndefined();
  second?.release();
  expect(slots.tryReserve()).toBeDefined();
});

test('who waits for a resource-based slot may give up', async () => {
  const { logger, clock } = ground();
  const supplier = {
    type: 'resource-based',
    tunerOptions: { targetCpuUsage: 1, targetMemoryUsage: 1 },
    maximumSlots: 0,
  } as const;
  const slots = openSlots({ ...supplier, minimumSlots: 0 }, context, { logger, clock });
  const givingUp = new AbortController();
  const waiting = slots.reserve(givingUp.signal);
  await settled();
  givingUp.abort();
  expect(await waiting).toBeUndefined();
});

test('a resource-based tuner is one supplier for each kind of task, with one controller', () => {
  const suppliers = slotSuppliersOf({
    tunerOptions: { targetCpuUsage: 0.9, targetMemoryUsage: 0.8 },
    activityTaskSlotOptions: { maximumSlots: 7 },
  });
  expect(suppliers.activityTaskSlotSupplier).toMatchObject({ type: 'resource-based', maximumSlots: 7 });
  const controllers = Object.values(suppliers).map((supplier: { controller?: unknown }) => supplier.controller);
  expect(new Set(controllers).size).toBe(1);
  expect(controllers[0]).toBeInstanceOf(ResourceBasedController);
});

test('targets beyond the whole machine are refused', () => {
  expect(() => ResourceBasedController.create({ targetCpuUsage: 2, targetMemoryUsage: 0.5 })).toThrow(
    'targetCpuUsage must be above 0 and at most 1, not 2',
  );
});
