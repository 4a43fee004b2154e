import { ShardFencedError } from '../errors.js';
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
import type { Checkpoints } from './checkpoints.js';
import { readAttentionPage, readDuePage, readExecution, readRunSummaries, readWorkflowIdsPage } from './executions.js';
import type { StoreHealth } from './health.js';
import { readHistoryPage, writeHistoryRange } from './history.js';
import { readJournalRows, writeGroups } from './journal.js';
import { writeMaterialisations } from './materialisation.js';
import { readLease, writeLease } from './shards.js';
import { metadataTable, namespaceTable, recordTable, searchAttributeTable } from './tables.js';
import type { ThreadClient } from './thread-client.js';
import { readCount, readListPage } from './visibility.js';
import { writePageEnd } from './wire/cursor.js';
import type { FlatReader } from './wire/flat.js';
import { writeRunKey } from './wire/run-key.js';

/** The store on SQLite: one thread writes, another reads, so that a read never waits behind an fsync. */
export class SqliteStore implements Store {
  readonly namespaces: NamespaceTable;
  readonly searchAttributes: SearchAttributeTable;
  readonly metadata: MetadataTable;
  readonly records: RecordTable;
  #closing: Promise<void> | undefined;

  /** For a database in memory writer and reader are the same, and there is nothing to checkpoint. */
  constructor(
    readonly identity: StoreIdentity,
    private readonly writer: ThreadClient,
    private readonly reader: ThreadClient,
    private readonly health: StoreHealth,
    private readonly checkpoints: Checkpoints | undefined,
  ) {
    this.namespaces = namespaceTable(writer, reader);
    this.searchAttributes = searchAttributeTable(writer, reader);
    this.metadata = metadataTable(writer, reader);
    this.records = recordTable(writer, reader, identity.shardCount);
  }

  async acquireShard({ shardId, ownerId, leaseUntilMs }: AcquireShardRequest): Promise<AcquiredShard> {
    checkShardId(shardId, this.identity.shardCount);
    return this.writer.write(
      'acquireShard',
      (request) => request.put(shardId).put(ownerId).put(leaseUntilMs),
      (answer) => ({ ...readLease(answer), lastPosition: answer.number() }),
    );
  }

  async renewShard(lease: ShardLease): Promise<void> {
    const isOwner = await this.writer.write(
      'renewShard',
      (request) => writeLease(request, lease),
      (answer) => answer.boolean(),
    );
    if (!isOwner) throw new ShardFencedError([lease.shardId]);
  }

  readShard(shardId: number): Promise<ShardLease | undefined> {
    return this.reader.read(
      'readShard',
      (request) => request.put(shardId),
      (answer) => (answer.boolean() ? readLease(answer) : undefined),
    );
  }

  async commit(groups: readonly JournalGroup[]): Promise<void> {
    checkGroups(groups, this.identity.shardCount);
    const written = this.writer.write('commit', (request) => writeGroups(request, groups), throwFenced);
    this.checkpoints?.afterWrite();
    await written;
  }

  async materialise(batch: readonly Materialisation[]): Promise<void> {
    checkMaterialisations(batch, this.identity.shardCount);
    const written = this.writer.write('materialise', (request) => writeMaterialisations(request, batch), throwFenced);
    this.checkpoints?.afterWrite();
    await written;
  }

  async *readJournal(shardId: number, afterPosition: number): AsyncIterable<JournalRow> {
    let position = afterPosition;
    for (;;) {
      const after = position;
      const rows = await this.reader.read('readJournal', (request) => request.put(shardId).put(after), readJournalRows);
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined) return;
      position = last.position;
    }
  }

  loadExecution(namespaceId: string, workflowId: string, runId: string | undefined): Promise<ExecutionRow | undefined> {
    return this.reader.read(
      'loadExecution',
      (request) => request.put(namespaceId).put(workflowId).put(runId),
      (answer) => (answer.boolean() ? readExecution(answer) : undefined),
    );
  }

  listRuns(namespaceId: string, workflowId: string): Promise<readonly RunSummary[]> {
    return this.reader.read('listRuns', (request) => request.put(namespaceId).put(workflowId), readRunSummaries);
  }

  dueExecutions(
    shardId: number,
    beforeMs: number,
    cursor: PageCursor | undefined,
    limit: number,
  ): Promise<Page<DueExecution>> {
    return this.reader.read(
      'dueExecutions',
      (request) => {
        request.put(shardId).put(beforeMs);
        writePageEnd(request, cursor);
        request.put(limit);
      },
      readDuePage,
    );
  }

  attentionExecutions(shardId: number, cursor: PageCursor | undefined, limit: number): Promise<Page<ExecutionRow>> {
    return this.reader.read(
      'attentionExecutions',
      (request) => {
        writePageEnd(request.put(shardId), cursor);
        request.put(limit);
      },
      readAttentionPage,
    );
  }

  workflowIds(cursor: PageCursor | undefined, limit: number): Promise<Page<WorkflowKey>> {
    return this.reader.read(
      'workflowIds',
      (request) => {
        writePageEnd(request, cursor);
        request.put(limit);
      },
      readWorkflowIdsPage,
    );
  }

  readHistory(run: RunKey, range: HistoryRange): Promise<HistoryPage> {
    return this.reader.read(
      'readHistory',
      (request) => {
        writeRunKey(request, run);
        writeHistoryRange(request, range);
      },
      readHistoryPage,
    );
  }

  listVisibility({ namespaceId, where, pageSize, cursor }: ListVisibilityRequest): Promise<Page<ListedExecution>> {
    return this.reader.read(
      'listVisibility',
      (request) => {
        request.put(namespaceId).put(JSON.stringify(where)).put(pageSize);
        writePageEnd(request, cursor);
      },
      readListPage,
    );
  }

  countVisibility({ namespaceId, where, groupBy }: CountVisibilityRequest): Promise<VisibilityCount> {
    return this.reader.read(
      'countVisibility',
      (request) => request.put(namespaceId).put(JSON.stringify(where)).put(groupBy),
      readCount,
    );
  }

  integrityCheck(): Promise<readonly string[]> {
    return this.reader.read(
      'integrityCheck',
      () => undefined,
      (answer) => Array.from({ length: answer.number() }, () => answer.string()),
    );
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** The reader goes first: the writer folds the log back into the file when it is the last to leave. */
  async #close(): Promise<void> {
    this.health.close();
    await this.checkpoints?.close();
    if (this.reader !== this.writer) await this.reader.close();
    await this.writer.close();
  }
}

/** Reads the shards that were left out of a write. */
function throwFenced(answer: FlatReader): void {
  const shardIds = Array.from({ length: answer.number() }, () => answer.number());
  if (shardIds.length > 0) throw new ShardFencedError(shardIds);
}
