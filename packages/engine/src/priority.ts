import type { common } from '@perdure/protocol';

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
