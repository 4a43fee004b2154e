/**
 * Owns the way from a decided transition to the disk: grouping, order, and telling whoever waits.
 * Must not know what a transition means, nor how a store writes.
 */
export { Committer } from './committer.js';
export type { CommitterOptions } from './committer.js';
export { CommitFailedError } from './errors.js';
export type { CommitSample, CommitterMetrics } from './metrics.js';
export { ShardJournal } from './shard-journal.js';
export type { CommitCallback } from './shard-journal.js';
