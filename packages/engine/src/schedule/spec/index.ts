// When a schedule acts: texts and ranges to a canonical spec, and a spec to times. Knows nothing of what is done then.
export { ActionTimes, type ActionTime } from './action-times.js';
export { canonicalSpec, type CanonicalSpec } from './canonical.js';
