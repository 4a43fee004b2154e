/** Owns collections for what is in flight: calls, polls, tasks. Pure. Must not know what they are. */
export { InFlightMap } from './in-flight-map.js';
export { InFlightSet } from './in-flight-set.js';
export type { InFlightEntry } from './in-flight-set.js';
