/**
 * Owns how workers ask for tasks and make themselves heard: backoff, outages, rate limits.
 * Must not know what the tasks are.
 */
export { abortWith } from './abort-with.js';
export { callAgain, callPersistently } from './persistent-call.js';
export type { PersistentCallOptions } from './persistent-call.js';
export { isUnrecoverable, Outage, retryDelayMs } from './outage.js';
export { PollFailures } from './poll-failures.js';
export { fixedPollerCount, POLL_AGAIN, pollEndOf, PollerPool } from './poller-pool.js';
export type { PollEnd, PollerCount } from './poller-pool.js';
export { RateLimit } from './rate-limit.js';
export { UnderWay } from './under-way.js';
