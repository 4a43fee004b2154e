import { ShardFencedError, StoreClosedError, StoreFailedError } from '../errors.js';
import { checkGroups, checkMaterialisations, checkShardId } from '../request-checks.js';
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
  Page,
  PageCursor,
  RunKey,
  RunSummary,
  ShardLease,
  WorkflowKey,
} from '../rows.js';
import type {
  AcquireShardRequest,
  CountVisibilityRequest,
  ListVisibilityRequest,
  MetadataTable,
  NamespaceTable,
  RecordTable,
  SearchAttributeTable,
  Store,
  StoreIdentity,
  VisibilityCount,
} from '../store.js';
import type { MemoryDisk } from './disk.js';
import type { MemoryFaults, WriteOperation } from './faults.js';
import type { MemoryTables } from './tables.js';

/** The store in memory: same contract as the durable ones, no threads, and faults on request. */
export class MemoryStore implements Store {
  readonly namespaces: NamespaceTable;
  readonly searchAttributes: SearchAttributeTable;
  readonly metadata: MetadataTable;
  readonly records: RecordTable;
  readonly #disk: MemoryDisk;
  readonly #faults: MemoryFaults | undefined;
  /** Delayed writes keep their order by each waiting for the one before. */
  #lastWrite: Promise<unknown> = Promise.resolve();
  #failure: StoreFailedError | undefined;
  #closed = false;

  constructor(
    readonly identity: StoreIdentity,
    disk: MemoryDisk,
    faults?: MemoryFaults,
  ) {
    this.#disk = disk;
    this.#faults = faults;
    this.namespaces = {
      create: (row) => this.#write('table', (tables) => tables.namespaces.create(row)),
      update: (row) => this.#write('table', (tables) => tables.namespaces.update(row)),
      delete: (namespaceId) => this.#write('table', (tables) => tables.deleteNamespace(namespaceId)),
      byId: (namespaceId) => this.#read((tables) => tables.namespaces.byId(namespaceId)),
      byName: (name) => this.#read((tables) => tables.namespaces.byName(name)),
      list: () => this.#read((tables) => tables.namespaces.list()),
    };
    this.searchAttributes = {
      add: (namespaceId, types) => this.#write('table', (tables) => tables.searchAttributes.add(namespaceId, types)),
      remove: (namespaceId, names) =>
        this.#write('table', (tables) => tables.searchAttributes.remove(namespaceId, names)),
      list: (namespaceId) => this.#read((tables) => tables.searchAttributes.list(namespaceId)),
    };
    this.metadata = {
      get: (key) => this.#read((tables) => tables.metadata.get(key)),
      set: (key, value) => this.#write('table', (tables) => tables.metadata.set(key, value)),
    };
    this.records = {
      write: async (lease, changes) => {
        checkShardId(lease.shardId, this.identity.shardCount);
        const isOwner = await this.#write('records', (tables) => tables.writeRecords(lease, changes));
        if (!isOwner) throw new ShardFencedError([lease.shardId]);
      },
      read: (key) => this.#read((tables) => tables.records.read(key)),
      list: (namespaceId, kind, cursor, limit) =>
        this.#read((tables) => tables.records.list(namespaceId, kind, cursor, limit)),
      ofShard: (shardId, kind, cursor, limit) =>
        this.#read((tables) => tables.records.ofShard(shardId, kind, cursor, limit)),
    };
  }

  async acquireShard(request: AcquireShardRequest): Promise<AcquiredShard> {
    checkShardId(request.shardId, this.identity.shardCount);
    return this.#write('acquireShard', (tables) => tables.acquireShard(request));
  }

  async renewShard(lease: ShardLease): Promise<void> {
    await this.#write('table', (tables) => {
      if (tables.shards.epochOf(lease.shardId) !== lease.epoch) throw new ShardFencedError([lease.shardId]);
      tables.shards.renew(lease);
    });
  }

  readShard(shardId: number): Promise<ShardLease | undefined> {
    return this.#read((tables) => tables.shards.read(shardId));
  }

  async commit(groups: readonly JournalGroup[]): Promise<void> {
    checkGroups(groups, this.identity.shardCount);
    const fenced = await this.#write('commit', (tables) => tables.commit(groups));
    if (fenced.length > 0) throw new ShardFencedError(fenced);
  }

  async materialise(batch: readonly Materialisation[]): Promise<void> {
    checkMaterialisations(batch, this.identity.shardCount);
    const fenced = await this.#write('materialise', (tables) => tables.materialise(batch));
    if (fenced.length > 0) throw new ShardFencedError(fenced);
  }

  async *readJournal(shardId: number, afterPosition: number): AsyncIterable<JournalRow> {
    yield* await this.#read((tables) => tables.journal.readAfter(shardId, afterPosition));
  }

  loadExecution(namespaceId: string, workflowId: string, runId: string | undefined): Promise<ExecutionRow | undefined> {
    return this.#read((tables) => tables.executions.load(namespaceId, workflowId, runId));
  }

  listRuns(namespaceId: string, workflowId: string): Promise<readonly RunSummary[]> {
    return this.#read((tables) => tables.executions.listRuns(namespaceId, workflowId));
  }

  dueExecutions(
    shardId: number,
    beforeMs: number,
    cursor: PageCursor | undefined,
    limit: number,
  ): Promise<Page<DueExecution>> {
    return this.#read((tables) => tables.executions.due(shardId, beforeMs, cursor, limit));
  }

  attentionExecutions(shardId: number, cursor: PageCursor | undefined, limit: number): Promise<Page<ExecutionRow>> {
    return this.#read((tables) => tables.executions.attention(shardId, cursor, limit));
  }

  workflowIds(cursor: PageCursor | undefined, limit: number): Promise<Page<WorkflowKey>> {
    return this.#read((tables) => tables.executions.workflowIds(cursor, limit));
  }

  readHistory(run: RunKey, range: HistoryRange): Promise<HistoryPage> {
    return this.#read((tables) => tables.history.read(run, range));
  }

  listVisibility(request: ListVisibilityRequest): Promise<Page<ListedExecution>> {
    return this.#read((tables) => tables.visibility.list(request));
  }

  countVisibility(request: CountVisibilityRequest): Promise<VisibilityCount> {
    return this.#read((tables) => tables.visibility.count(request));
  }

  integrityCheck(): Promise<readonly string[]> {
    return this.#read((tables) => tables.history.problems());
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#lastWrite;
    this.#disk.sync();
    this.#disk.inUse = false;
  }

  async #read<Result>(read: (tables: MemoryTables) => Result): Promise<Result> {
    this.#assertUsable('a read');
    return read(this.#disk.tables);
  }

  /** Queues a write behind the ones before it. All but materialisations are synced before they resolve. */
  #write<Result>(operation: WriteOperation, change: (tables: MemoryTables) => Result): Promise<Result> {
    const written = this.#closed
      ? this.#refuse(operation)
      : this.#lastWrite.then(() => this.#perform(operation, change));
    this.#lastWrite = written.catch(() => undefined);
    return written;
  }

  async #refuse(operation: string): Promise<never> {
    throw new StoreClosedError(operation);
  }

  async #perform<Result>(operation: WriteOperation, change: (tables: MemoryTables) => Result): Promise<Result> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      const delay = this.#faults?.beforeWrite?.(operation);
      if (delay !== undefined) await delay;
    } catch (cause) {
      this.#failure = new StoreFailedError(
        `The disk of ${this.identity.location} failed: nothing more is written. Open the store again.`,
        { cause },
      );
      throw this.#failure;
    }
    const result = change(this.#disk.tables);
    this.#disk.record(change);
    if (operation !== 'materialise') this.#disk.sync();
    return result;
  }

  #assertUsable(operation: string): void {
    if (this.#closed) throw new StoreClosedError(operation);
    if (this.#failure !== undefined) throw this.#failure;
  }
}
