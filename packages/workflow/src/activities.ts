import type {
  ActivityOptions as CommonActivityOptions,
  LocalActivityOptions as CommonLocalActivityOptions,
} from '@perdure/common';
import type { EventGroupMarker } from './event-groups.js';

export { ActivityCancellationType } from '@perdure/common';

/** How an activity is run. */
export type ActivityOptions = CommonActivityOptions & { eventGroups?: EventGroupMarker[] };
/** How a local activity is run. */
export type LocalActivityOptions = CommonLocalActivityOptions & { eventGroups?: EventGroupMarker[] };
