// Time that skips, for tests: the clock of executions, the counted locks on it, and when it may go ahead.
// Must not know what executions are made of; the shards say how much there is to do.
export { TimeSkipper, UnbalancedUnlockError, type ServerSleep, type Undone } from './time-skipper.js';
