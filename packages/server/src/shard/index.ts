// Executions in memory: decisions one after the other, the journal before every reply, timers, tables and eviction.
// Knows nothing of gRPC, of task queues or of what a decision means.
export { DurableShardJournal } from './journal.js';
export { frameEvent } from './history-tail.js';
export { KnownWorkflowIds } from './known-workflow-ids.js';
export { LiveExecution } from './live-execution.js';
export type { EffectSink, RunTarget, ShardDependencies, ShardJournal, ShardObserver } from './ports.js';
export { executionNotFound, shardUnavailable } from './errors.js';
export { recoverExecutions } from './recovery.js';
export { queryableSearchAttributes } from './visibility-row.js';
export { Shard, type Decide, type DecideAll, type DecideStart, type Executed } from './shard.js';
