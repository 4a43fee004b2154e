/**
 * Owns how many tasks of a kind a worker runs at once.
 * Must not know what the tasks do.
 */
export { FixedSizeSlots } from './fixed-size-slots.js';
export { openSlots, slotSuppliersOf } from './open-slots.js';
export { ResourceBasedController } from './resource-controller.js';
export type { ResourceBasedTunerOptions } from './resource-controller.js';
export type {
  ActivitySlotInfo,
  HeldSlot,
  LocalActivitySlotInfo,
  NexusSlotInfo,
  SlotInfo,
  Slots,
  WorkflowSlotInfo,
} from './slots.js';
export type {
  CustomSlotSupplier,
  FixedSizeSlotSupplier,
  ResourceBasedSlotOptions,
  ResourceBasedSlotsForType,
  ResourceBasedTuner,
  ResourceBasedTunerWithController,
  SlotMarkUsedContext,
  SlotPermit,
  SlotReleaseContext,
  SlotReserveContext,
  SlotSupplier,
  TunerHolder,
  WorkerTuner,
} from './worker-tuner.js';
