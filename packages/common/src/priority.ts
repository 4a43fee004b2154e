import type { common } from '@perdure/protocol';

/**
 * How a workflow's or activity's tasks are ordered against others that wait in the same queue. What is left out (or is
 * 0 or empty) is inherited from the workflow that started it.
 */
export interface Priority {
  /** From 1 (first) up to the server's limit, 5 unless it says otherwise; the middle, 3, is the default. */
  priorityKey?: number;
  /** Tasks of different keys, for example tenants, share the queue in proportion to their weights. At most 64 bytes. */
  fairnessKey?: string;
  /** The weight of the fairness key, between 0.001 and 1000; 1 by default. */
  fairnessWeight?: number;
}

/** The priority of a `temporal.api.common.v1.Priority`. */
export function decodePriority(priority?: common.IPriority | null): Priority {
  return {
    priorityKey: priority?.priorityKey ?? undefined,
    fairnessKey: priority?.fairnessKey ?? undefined,
    fairnessWeight: priority?.fairnessWeight ?? undefined,
  };
}

/** The priority as `temporal.api.common.v1.Priority`. Throws a TypeError or RangeError unless the key is a whole number from 0 up. */
export function compilePriority(priority: Priority): common.IPriority {
  const { priorityKey, fairnessKey, fairnessWeight } = priority;
  if (priorityKey !== undefined && !Number.isInteger(priorityKey)) {
    throw new TypeError(`priorityKey must be an integer, got ${String(priorityKey)}`);
  }
  if (priorityKey !== undefined && priorityKey < 0) {
    throw new RangeError(`priorityKey must be a positive integer, got ${priorityKey}`);
  }
  return { priorityKey: priorityKey ?? 0, fairnessKey: fairnessKey ?? '', fairnessWeight: fairnessWeight ?? 0 };
}
