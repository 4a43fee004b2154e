/**
 * Owns durations and moments: text, milliseconds and the wire's seconds and nanos.
 * Must not know what time it is.
 */
export { parseDurationMs } from './duration-text.js';
export type { StringValue } from './duration-text.js';
export {
  msNumberToTs,
  msOptionalToNumber,
  msOptionalToTs,
  msToNumber,
  msToTs,
  optionalDateToTs,
  optionalTsToDate,
  optionalTsToMs,
  requiredTsToDate,
  requiredTsToMs,
  tsToDate,
  tsToMs,
} from './timestamps.js';
export type { Duration, Timestamp } from './timestamps.js';
