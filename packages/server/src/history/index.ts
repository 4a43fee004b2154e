// Reading the events of a run, wherever they are. Knows nothing of requests or of what events mean.
export { readAllEvents } from './read-all-events.js';
export { readEvents, readEventsReverse, type EventRange, type EventsPage } from './read-events.js';
export { decodeHistoryPageToken, encodeHistoryPageToken, type HistoryPageToken } from './page-token.js';
