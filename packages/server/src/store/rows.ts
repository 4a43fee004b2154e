import type { QueryableExecution } from '@perdure/engine/visibility';

/** Names one run of one workflow. */
export interface RunKey {
  readonly namespaceId: string;
  readonly workflowId: string;
  readonly runId: string;
}

/** A shard as its owner holds it. The epoch grows by one each time the shard is acquired. */
export interface ShardLease {
  readonly shardId: number;
  readonly epoch: number;
  readonly ownerId: string;
  /** Wall-clock end of the lease; several nodes use it, a single node may ignore it. */
  readonly leaseUntilMs: number;
}

/** What the new owner of a shard gets. */
export interface AcquiredShard extends ShardLease {
  /** The highest journal position ever written for the shard, zero for none: go on from the next one. */
  readonly lastPosition: number;
}

/** Transitions of one shard that were decided in the same moment. Stored as one journal row. */
export interface JournalGroup {
  readonly shardId: number;
  readonly epoch: number;
  /** Assigned by the caller: one more than the shard's last, so that a lost group is noticed. */
  readonly position: number;
  /** Encoded transitions in order. The store does not look inside. Must not be changed afterwards. */
  readonly transitions: readonly Uint8Array[];
}

/** One journal row as recovery reads it. */
export interface JournalRow {
  readonly position: number;
  readonly transitions: readonly Uint8Array[];
}

/** The largest journal position: 34 years at a thousand groups a second. */
export const maximumJournalPosition = 2 ** 40 - 1;

/** The live state of one run. */
export interface ExecutionRow extends RunKey {
  /** Number of transitions folded into the snapshot. */
  readonly sequence: number;
  readonly snapshot: Uint8Array;
  readonly open: boolean;
  /** At most one run of a workflow id is current: the store takes the flag away from the others. */
  readonly isCurrent: boolean;
  /** When the next timer of any kind fires. */
  readonly nextDueMs: number | undefined;
  /** The run has work to hand out after a restart (workflow tasks, activity tasks, outbox entries). */
  readonly needsAttention: boolean;
}

/** A stretch of history events, as entries of `History.events`: tag 0x0a, varint length, encoded event. */
export interface HistoryAppend extends RunKey {
  readonly firstEventId: number;
  readonly lastEventId: number;
  readonly bytes: Uint8Array;
}

/** Removes every event of the run after this one. Applied before the appends of the same batch. */
export interface HistoryTruncation extends RunKey {
  readonly afterEventId: number;
}

/** What list and count queries see of one run, and what the answer to List carries. */
export interface VisibilityRow extends RunKey, QueryableExecution {
  /** Encoded `temporal.api.common.v1.Memo`. */
  readonly memo: Uint8Array;
  /** Encoded `temporal.api.common.v1.SearchAttributes`, as it goes on the wire. */
  readonly encodedSearchAttributes: Uint8Array;
}

/** A visibility row as a list returns it: the wire form of the search attributes is enough there. */
export type ListedExecution = Omit<VisibilityRow, 'searchAttributes'>;

/** Table changes of one shard, applied together with the removal of the journal rows they come from. */
export interface Materialisation {
  readonly shardId: number;
  readonly epoch: number;
  /** Journal rows up to and including this position are removed. */
  readonly throughPosition: number;
  readonly executions?: readonly ExecutionRow[];
  readonly historyTruncations?: readonly HistoryTruncation[];
  readonly historyAppends?: readonly HistoryAppend[];
  readonly visibility?: readonly VisibilityRow[];
  /** Runs that leave every table. Applied last. */
  readonly deletes?: readonly RunKey[];
}

/** Which events of a run to read. */
export interface HistoryRange {
  /** First event wanted; when reading in reverse, the newest event wanted (default: the last one there is). */
  readonly fromEventId?: number;
  /** Default: no limit. */
  readonly maxEvents?: number;
  /** Stops before the event that would pass this size; always returns at least one event. Default: no limit. */
  readonly maxBytes?: number;
  /** Newest first. */
  readonly reverse?: boolean;
}

/** Events as entries of `History.events`, ready to be spliced into a response. */
export interface HistoryPage {
  /** Concatenated in order they are the entries asked for. Empty when the run has no such events. */
  readonly chunks: readonly Uint8Array[];
  readonly eventCount: number;
  /** Pass as `fromEventId` to go on; undefined when there is nothing more in this direction. */
  readonly nextEventId: number | undefined;
}

/** Where a paged read goes on. Plain JSON, opaque to the caller. */
export type PageCursor = readonly (string | number)[];

/** One page of rows. `cursor` is undefined on the last page. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly cursor: PageCursor | undefined;
}

/** Names a workflow id within its namespace. */
export interface WorkflowKey {
  readonly namespaceId: string;
  readonly workflowId: string;
}

/** A run whose timer is due. */
export interface DueExecution extends RunKey {
  readonly nextDueMs: number;
}

/** One run of a workflow id. */
export interface RunSummary {
  readonly runId: string;
  readonly open: boolean;
  readonly isCurrent: boolean;
  readonly sequence: number;
}

/** What a record is of. A union that grows. */
export type RecordKind = 'schedule' | 'batch-operation' | 'nexus-endpoint';

/** Names one record. */
export interface RecordKey {
  /** Empty for what belongs to no namespace. */
  readonly namespaceId: string;
  readonly kind: RecordKind;
  readonly id: string;
}

/** A record as it is stored. The store does not look inside the value. */
export interface StoredRecord extends RecordKey {
  readonly value: Uint8Array;
}

/** A new value of a record; undefined removes it. */
export interface RecordChange {
  readonly key: RecordKey;
  readonly value: Uint8Array | undefined;
}

/** A namespace as the store knows it; the record's meaning is the namespace service's. */
export interface NamespaceRow {
  readonly namespaceId: string;
  readonly name: string;
  readonly record: Uint8Array;
}
