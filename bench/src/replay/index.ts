/** How fast histories are replayed, by us and by the official SDK. It knows one history, which it writes itself. */
export { replayers, type Replayer } from './replayers.js';
export { sleepingHistory } from './sleeping-history.js';
