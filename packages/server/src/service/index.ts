// The methods of the API: requests checked, engine and services asked, answers put together. Knows nothing of
// transports, and leaves what may happen to an execution to the engine.
export { checkedStart } from './checked-start.js';
export { isRegistered } from './namespace-record.js';
export { allMethods } from './all-methods.js';
export { batchQuery, performBatchAction } from './batch-actions.js';
export { resumeNamespaceDeletions } from './namespace-deletion.js';
export { ensureNamespace } from './namespace-methods.js';
export type { Services } from './services.js';
