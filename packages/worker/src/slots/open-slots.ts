import { type Logger, msToNumber } from '@perdure/common';
import { type Clock, pause } from '../clock.js';
import { CustomSlots } from './custom-slots.js';
import { FixedSizeSlots } from './fixed-size-slots.js';
import { ResourceBasedSlots } from './resource-based-slots.js';
import { ResourceBasedController } from './resource-controller.js';
import type { SlotInfo, Slots } from './slots.js';
import type {
  ResourceBasedSlotOptions,
  ResourceBasedTuner,
  ResourceBasedTunerWithController,
  SlotReserveContext,
  SlotSupplier,
  TunerHolder,
  WorkerTuner,
} from './worker-tuner.js';

/** A tuner as one supplier for each kind of task. */
export function slotSuppliersOf(tuner: WorkerTuner): TunerHolder {
  if ('workflowTaskSlotSupplier' in tuner) return tuner;
  const controller = controllerOf(tuner);
  const supplier = (options: ResourceBasedSlotOptions = {}) =>
    ({ ...options, type: 'resource-based', controller }) as const;
  return {
    workflowTaskSlotSupplier: supplier(tuner.workflowTaskSlotOptions),
    activityTaskSlotSupplier: supplier(tuner.activityTaskSlotOptions),
    localActivityTaskSlotSupplier: supplier(tuner.localActivityTaskSlotOptions),
    nexusTaskSlotSupplier: supplier(tuner.nexusTaskSlotOptions),
  };
}

/** The slots of a supplier, for the tasks that `context` says. Throws a TypeError for a supplier of no known type. */
export function openSlots<SI extends SlotInfo>(
  supplier: SlotSupplier<SI>,
  context: SlotReserveContext,
  { logger, clock }: { readonly logger: Logger; readonly clock: Clock },
): Slots {
  switch (supplier.type) {
    case 'fixed-size':
      return new FixedSizeSlots(supplier.numSlots);
    case 'custom':
      return new CustomSlots(supplier, context, logger, (delayMs, signal) => pause(clock, delayMs, signal));
    case 'resource-based': {
      const isWorkflow = context.slotType === 'workflow';
      const limits = {
        minimumSlots: supplier.minimumSlots ?? (isWorkflow ? 2 : 1),
        maximumSlots: supplier.maximumSlots ?? (isWorkflow ? 1_000 : 2_000),
        rampThrottleMs: msToNumber(supplier.rampThrottle ?? (isWorkflow ? 0 : 50)),
      };
      return new ResourceBasedSlots(controllerOf(supplier), limits, clock);
    }
    default:
      throw new TypeError(
        `There is no slot supplier of type '${String((supplier as { type?: unknown }).type)}'. Use fixed-size, resource-based or custom`,
      );
  }
}

function controllerOf(
  options: Pick<ResourceBasedTuner | ResourceBasedTunerWithController, 'controller' | 'tunerOptions'>,
): ResourceBasedController {
  if (options.controller !== undefined) return options.controller;
  if (options.tunerOptions === undefined)
    throw new TypeError('A resource-based tuner needs tunerOptions or a controller');
  return ResourceBasedController.create(options.tunerOptions);
}
