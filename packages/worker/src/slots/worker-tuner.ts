import type { Duration, WorkerDeploymentVersion } from '@perdure/common';
import type { ResourceBasedController, ResourceBasedTunerOptions } from './resource-controller.js';
import type { ActivitySlotInfo, LocalActivitySlotInfo, NexusSlotInfo, SlotInfo, WorkflowSlotInfo } from './slots.js';

/** Decides how many tasks of each kind a worker runs at once. */
export type WorkerTuner = ResourceBasedTuner | ResourceBasedTunerWithController | TunerHolder;

/** A supplier of slots for each kind of task. */
export interface TunerHolder {
  workflowTaskSlotSupplier: SlotSupplier<WorkflowSlotInfo>;
  activityTaskSlotSupplier: SlotSupplier<ActivitySlotInfo>;
  localActivityTaskSlotSupplier: SlotSupplier<LocalActivitySlotInfo>;
  nexusTaskSlotSupplier: SlotSupplier<NexusSlotInfo>;
}

/** Decides how many tasks of one kind run at once. */
export type SlotSupplier<SI extends SlotInfo> =
  ResourceBasedSlotsForType | FixedSizeSlotSupplier | CustomSlotSupplier<SI>;

/** Hands out slots of all kinds as long as memory and processor are not used above a target. */
export interface ResourceBasedTuner extends ResourceBasedTunerSlotOptions {
  tunerOptions: ResourceBasedTunerOptions;
  controller?: never;
}

/** A {@link ResourceBasedTuner} whose controller other workers may use as well. */
export interface ResourceBasedTunerWithController extends ResourceBasedTunerSlotOptions {
  controller: ResourceBasedController;
  tunerOptions?: never;
}

interface ResourceBasedTunerSlotOptions {
  workflowTaskSlotOptions?: ResourceBasedSlotOptions;
  activityTaskSlotOptions?: ResourceBasedSlotOptions;
  localActivityTaskSlotOptions?: ResourceBasedSlotOptions;
  nexusTaskSlotOptions?: ResourceBasedSlotOptions;
}

/** The limits of one kind of task under a {@link ResourceBasedTuner}. */
export interface ResourceBasedSlotOptions {
  /** So many are handed out whatever the resources; 2 for workflow tasks, 1 for others. */
  minimumSlots?: number;
  /** Never more than so many; 1,000 for workflow tasks, 2,000 for others. */
  maximumSlots?: number;
  /** How long to wait after one above the minimum before the next; nothing for workflow tasks, 50 ms for others. */
  rampThrottle?: Duration;
}

/** A resource-based supplier for one kind of task. */
export type ResourceBasedSlotsForType = ResourceBasedSlotOptions & { type: 'resource-based' } & (
    | { tunerOptions: ResourceBasedTunerOptions; controller?: never }
    | { controller: ResourceBasedController; tunerOptions?: never }
  );

/** So many slots. */
export interface FixedSizeSlotSupplier {
  type: 'fixed-size';
  numSlots: number;
}

/** A supplier that the application writes. */
export interface CustomSlotSupplier<SI extends SlotInfo> {
  type: 'custom';
  /** Resolves when there is a slot, with a permit for it. When the signal aborts, reject with an `AbortError`. */
  reserveSlot(ctx: SlotReserveContext, abortSignal: AbortSignal): Promise<SlotPermit>;
  /** A permit if there is a slot at once, null otherwise. */
  tryReserveSlot(ctx: SlotReserveContext): SlotPermit | null;
  /** The slot runs a task from now on. */
  markSlotUsed(ctx: SlotMarkUsedContext<SI>): void;
  /** The slot is not needed any more, used or not. */
  releaseSlot(ctx: SlotReleaseContext<SI>): void;
}

/** The right to use a slot: whatever an application likes, but null. */
export type SlotPermit = NonNullable<unknown>;

/** For whom a slot is reserved. */
export interface SlotReserveContext {
  slotType: SlotInfo['type'];
  taskQueue: string;
  workerIdentity: string;
  /** @deprecated Use {@link workerDeploymentVersion}. */
  workerBuildId: string;
  workerDeploymentVersion?: WorkerDeploymentVersion;
  /** Whether it is for a poll of a sticky queue. */
  isSticky: boolean;
}

/** What a slot is used for. */
export interface SlotMarkUsedContext<SI extends SlotInfo> {
  slotInfo: SI;
  permit: SlotPermit;
}

/** What a slot was used for, if it was. */
export interface SlotReleaseContext<SI extends SlotInfo> {
  slotInfo?: SI;
  permit: SlotPermit;
}
