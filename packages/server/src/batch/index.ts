// Batches: one thing done to many executions, page by page, at a bounded pace, from start to start of the server.
// Knows neither requests nor what is done to an execution: that is handed in.
export { BatchService } from './batch-service.js';
export type { BatchRecord, BatchState, BatchTarget } from './batch-record.js';
