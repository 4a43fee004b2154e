import type { common } from '@perdure/protocol';
import { byteLength } from './validate.js';

/** The priority that counts: each field as the narrower one says, else as the wider one does. */
export function effectivePriority(
  narrow: common.IPriority | null | undefined,
  wide: common.IPriority | null | undefined,
): common.IPriority | undefined {
  if (wide == null) return narrow ?? undefined;
  if (narrow == null) return wide;
  return {
    priorityKey: narrow.priorityKey || wide.priorityKey,
    fairnessKey: narrow.fairnessKey || wide.fairnessKey,
    fairnessWeight: narrow.fairnessWeight || wide.fairnessWeight,
  };
}

const FAIRNESS_KEY_BYTES = 64;

/** Why a priority makes no sense; `undefined` if it does. Nothing at all is the default priority. */
export function invalidPriority(field: string, priority: common.IPriority | null | undefined): string | undefined {
  if (priority == null) return undefined;
  const { priorityKey, fairnessKey, fairnessWeight } = priority;
  if ((priorityKey ?? 0) < 0) return `${field}.PriorityKey ${priorityKey ?? 0} is negative; 1 is the most urgent.`;
  if ((fairnessWeight ?? 0) < 0) return `${field}.FairnessWeight ${fairnessWeight ?? 0} is negative.`;
  const bytes = byteLength(fairnessKey ?? '');
  if (bytes <= FAIRNESS_KEY_BYTES) return undefined;
  return `${field}.FairnessKey length exceeds limit: ${bytes} bytes, at most ${FAIRNESS_KEY_BYTES} are allowed.`;
}
