/**
 * Owns schedules as clients see them: what they are told and tell, and the client that does it.
 * Must not know when a schedule is due: that is the server's.
 */
export { ScheduleAlreadyRunning, ScheduleNotFoundError } from './errors.js';
export type * from './interceptors.js';
export * from './overlap-policy.js';
export { ScheduleClient } from './schedule-client.js';
export type {
  ListScheduleOptions,
  LoadedScheduleClientOptions,
  ScheduleClientOptions,
  ScheduleHandle,
} from './schedule-client.js';
export type * from './schedule-types.js';
export * from './spec-types.js';
