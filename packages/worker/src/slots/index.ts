/**
 * Owns how many tasks of a kind a worker runs at once.
 * Must not know what the tasks do.
 */
export { FixedSizeSlots } from './fixed-size-slots.js';
export type {
  ActivitySlotInfo,
  HeldSlot,
  LocalActivitySlotInfo,
  NexusSlotInfo,
  SlotInfo,
  Slots,
  WorkflowSlotInfo,
} from './slots.js';
