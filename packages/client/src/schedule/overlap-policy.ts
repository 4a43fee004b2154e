import { makeProtoEnumConverters } from '@perdure/common/internal';
import type { enums } from '@perdure/protocol';

/** What happens when an action is due while one that was taken before still runs. */
export const ScheduleOverlapPolicy = {
  /** The new one is left out; the default. */
  SKIP: 'SKIP',
  /** One waits until the running one ends; more than one are left out. */
  BUFFER_ONE: 'BUFFER_ONE',
  /** All wait, and are taken one after the other. */
  BUFFER_ALL: 'BUFFER_ALL',
  /** The running one is cancelled; the new one is taken once it has ended. */
  CANCEL_OTHER: 'CANCEL_OTHER',
  /** The running one is terminated, and the new one taken at once. */
  TERMINATE_OTHER: 'TERMINATE_OTHER',
  /** They run side by side. */
  ALLOW_ALL: 'ALLOW_ALL',
  /** @deprecated Leave it out, or use SKIP. */
  UNSPECIFIED: undefined,
} as const;
/** One of {@link ScheduleOverlapPolicy}. */
export type ScheduleOverlapPolicy = (typeof ScheduleOverlapPolicy)[keyof typeof ScheduleOverlapPolicy];

/** Converts {@link ScheduleOverlapPolicy} to and from `temporal.api.enums.v1.ScheduleOverlapPolicy`. */
export const [encodeScheduleOverlapPolicy, decodeScheduleOverlapPolicy] = makeProtoEnumConverters<
  typeof enums.ScheduleOverlapPolicy,
  'SCHEDULE_OVERLAP_POLICY_'
>(
  { UNSPECIFIED: 0, SKIP: 1, BUFFER_ONE: 2, BUFFER_ALL: 3, CANCEL_OTHER: 4, TERMINATE_OTHER: 5, ALLOW_ALL: 6 },
  'SCHEDULE_OVERLAP_POLICY_',
);
