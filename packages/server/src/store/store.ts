import type { SearchAttributeType, SearchAttributeTypes, VisibilityCondition } from '@perdure/engine/visibility';
import type {
  AcquiredShard,
  DueExecution,
  ExecutionRow,
  HistoryPage,
  HistoryRange,
  JournalGroup,
  JournalRow,
  ListedExecution,
  Materialisation,
  NamespaceRow,
  Page,
  PageCursor,
  RecordChange,
  RecordKey,
  RecordKind,
  RunKey,
  RunSummary,
  ShardLease,
  StoredRecord,
  WorkflowKey,
} from './rows.js';

/** Facts fixed when the store was created. */
export interface StoreIdentity {
  readonly kind: 'memory' | 'sqlite';
  /** File path, or a name for what is not a file. For messages only. */
  readonly location: string;
  readonly clusterId: string;
  readonly shardCount: number;
  /** Zero where nothing outlives the process. */
  readonly schemaVersion: number;
}

/** Who takes a shard and for how long. */
export interface AcquireShardRequest {
  readonly shardId: number;
  readonly ownerId: string;
  readonly leaseUntilMs: number;
}

/** A list query: a parsed condition and where to go on. */
export interface ListVisibilityRequest {
  readonly namespaceId: string;
  /** Undefined: every execution of the namespace. */
  readonly where: VisibilityCondition | undefined;
  readonly pageSize: number;
  readonly cursor?: PageCursor | undefined;
}

/** A count query. */
export interface CountVisibilityRequest {
  readonly namespaceId: string;
  readonly where: VisibilityCondition | undefined;
  readonly groupBy?: 'ExecutionStatus' | undefined;
}

/** `groups` is empty without GROUP BY; otherwise one entry per status that occurs, in ascending order of status. */
export interface VisibilityCount {
  readonly count: number;
  readonly groups: readonly { readonly status: number; readonly count: number }[];
}

/**
 * The durability port. Journal first, tables later: `commit` makes transitions durable, `materialise` turns them into
 * rows behind the latency path. The store knows nothing of what transitions, snapshots or events mean.
 *
 * Every method rejects with `StoreClosedError` after `close`, and with `StoreFailedError` once an I/O error, a full
 * disk or a lost thread has made the store unusable. Reads see everything whose promise has resolved before the read.
 */
export interface Store {
  readonly identity: StoreIdentity;
  readonly namespaces: NamespaceTable;
  readonly searchAttributes: SearchAttributeTable;
  readonly metadata: MetadataTable;
  readonly records: RecordTable;

  /** Takes the shard, fencing off whoever held it: their later writes fail with `ShardFencedError`. Durable. */
  acquireShard(request: AcquireShardRequest): Promise<AcquiredShard>;
  /** Extends the lease. Rejects with `ShardFencedError` when the epoch is no longer the stored one. */
  renewShard(lease: ShardLease): Promise<void>;
  /** The stored lease, or undefined when the shard was never acquired. */
  readShard(shardId: number): Promise<ShardLease | undefined>;

  /**
   * Writes one journal row per group, all in one transaction, and resolves when they are on disk (fsync). Commits take
   * effect in the order they were sent. Groups of fenced shards are left out and reported by rejecting with
   * `ShardFencedError`, after the groups of the other shards are durable.
   */
  commit(groups: readonly JournalGroup[]): Promise<void>;
  /**
   * Applies table changes and removes the journal rows they came from, atomically per shard, after every commit sent
   * before it. Does not wait for the disk: after a power cut the journal rows may be back and the changes gone,
   * always both and never one. Fenced shards are left out and reported with `ShardFencedError`, as in `commit`.
   */
  materialise(batch: readonly Materialisation[]): Promise<void>;

  /** The journal rows of a shard after a position, in order. For recovery: start it after acquiring the shard. */
  readJournal(shardId: number, afterPosition: number): AsyncIterable<JournalRow>;

  /** One run, or the current run when `runId` is undefined. Undefined when there is none. */
  loadExecution(namespaceId: string, workflowId: string, runId: string | undefined): Promise<ExecutionRow | undefined>;
  /** Every run of a workflow id that is still kept, ordered by run id. */
  listRuns(namespaceId: string, workflowId: string): Promise<readonly RunSummary[]>;
  /** Runs of the shard with `nextDueMs` below `beforeMs`, earliest first. */
  dueExecutions(
    shardId: number,
    beforeMs: number,
    cursor: PageCursor | undefined,
    limit: number,
  ): Promise<Page<DueExecution>>;
  /** Runs of the shard with `needsAttention`, in the order they were first stored. */
  attentionExecutions(shardId: number, cursor: PageCursor | undefined, limit: number): Promise<Page<ExecutionRow>>;
  /** Every workflow id of which a run is kept, each once, in some fixed order. */
  workflowIds(cursor: PageCursor | undefined, limit: number): Promise<Page<WorkflowKey>>;
  /** Events of a run, trimmed exactly to the range. */
  readHistory(run: RunKey, range: HistoryRange): Promise<HistoryPage>;

  /** Open executions first, newest start first; then closed ones, latest close first (Temporal's default order). */
  listVisibility(request: ListVisibilityRequest): Promise<Page<ListedExecution>>;
  /** Counts the executions that match. */
  countVisibility(request: CountVisibilityRequest): Promise<VisibilityCount>;

  /** Problems found in the stored data; empty when sound. Reads everything: not for a busy server. */
  integrityCheck(): Promise<readonly string[]>;
  /** Finishes what was sent, releases everything, and leaves the store ready to be opened again. Idempotent. */
  close(): Promise<void>;
}

/** Namespaces by id and by name; both are unique. Writes are durable when they resolve. */
export interface NamespaceTable {
  /** False, writing nothing, when the id or the name is taken. */
  create(row: NamespaceRow): Promise<boolean>;
  /** Replaces name and record. False, writing nothing, when there is no such id or another namespace has the name. */
  update(row: NamespaceRow): Promise<boolean>;
  /** Takes the records of the namespace along. False when there was none. */
  delete(namespaceId: string): Promise<boolean>;
  byId(namespaceId: string): Promise<NamespaceRow | undefined>;
  byName(name: string): Promise<NamespaceRow | undefined>;
  /** All of them, by name. */
  list(): Promise<readonly NamespaceRow[]>;
}

/** Custom search attributes of each namespace. Writes are durable when they resolve. */
export interface SearchAttributeTable {
  /** The first name already registered with another type, writing nothing; undefined when all were added. */
  add(namespaceId: string, types: SearchAttributeTypes): Promise<string | undefined>;
  /** Unknown names are ignored. */
  remove(namespaceId: string, names: readonly string[]): Promise<void>;
  list(namespaceId: string): Promise<Readonly<Record<string, SearchAttributeType>>>;
}

/** Small values by key, for facts that have no table of their own. Writes are durable when they resolve. */
export interface MetadataTable {
  get(key: string): Promise<Uint8Array | undefined>;
  /** Undefined removes the key. */
  set(key: string, value: Uint8Array | undefined): Promise<void>;
}

/**
 * Durable small records, for what changes too seldom to be journalled: the whole record is written each time. A record
 * belongs to a shard, the one that its namespace and id hash to, and only the owner of that shard may write it.
 */
export interface RecordTable {
  /**
   * Writes and removes records of one shard, all or none; of two changes of one key the later counts. Durable when it
   * resolves. Rejects with `ShardFencedError` when the epoch is no longer the stored one.
   */
  write(lease: Pick<ShardLease, 'shardId' | 'epoch'>, changes: readonly RecordChange[]): Promise<void>;
  read(key: RecordKey): Promise<Uint8Array | undefined>;
  /** The records of one kind in a namespace, by id. */
  list(
    namespaceId: string,
    kind: RecordKind,
    cursor: PageCursor | undefined,
    limit: number,
  ): Promise<Page<StoredRecord>>;
  /** The records of one kind in a shard, by namespace id and id: for taking them up again after a restart. */
  ofShard(
    shardId: number,
    kind: RecordKind,
    cursor: PageCursor | undefined,
    limit: number,
  ): Promise<Page<StoredRecord>>;
}
