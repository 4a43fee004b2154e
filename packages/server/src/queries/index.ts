// Questions to workflows and their way to a worker and back. Knows nothing of how tasks are made or of the journal.
export { QueryService, type RidingQueriesPort } from './query-service.js';
