import { historyOverlap, positionOutOfOrder } from '../request-checks.js';
import type { AcquiredShard, JournalGroup, Materialisation, RecordChange, ShardLease } from '../rows.js';
import type { AcquireShardRequest } from '../store.js';
import { ExecutionsTable } from './executions.js';
import { HistoryTable } from './history.js';
import { JournalTable } from './journal.js';
import { runKey } from './keys.js';
import { MetadataRows } from './metadata.js';
import { NamespacesTable } from './namespaces.js';
import { RecordsTable } from './records.js';
import { SearchAttributesTable } from './search-attributes.js';
import { ShardsTable } from './shards.js';
import { VisibilityTable } from './visibility.js';

/** Every table of a memory store, and the changes that touch more than one. */
export class MemoryTables {
  constructor(
    readonly shards = new ShardsTable(),
    readonly journal = new JournalTable(),
    readonly executions = new ExecutionsTable(),
    readonly history = new HistoryTable(),
    readonly visibility = new VisibilityTable(),
    readonly namespaces = new NamespacesTable(),
    readonly searchAttributes = new SearchAttributesTable(),
    readonly metadata = new MetadataRows(),
    readonly records = new RecordsTable(),
  ) {}

  clone(): MemoryTables {
    return new MemoryTables(
      this.shards.clone(),
      this.journal.clone(),
      this.executions.clone(),
      this.history.clone(),
      this.visibility.clone(),
      this.namespaces.clone(),
      this.searchAttributes.clone(),
      this.metadata.clone(),
      this.records.clone(),
    );
  }

  acquireShard(request: AcquireShardRequest): AcquiredShard {
    return { ...this.shards.acquire(request), lastPosition: this.journal.lastPosition(request.shardId) };
  }

  /** Writes records of one shard; false, writing nothing, when it is fenced. */
  writeRecords({ shardId, epoch }: Pick<ShardLease, 'shardId' | 'epoch'>, changes: readonly RecordChange[]): boolean {
    if (this.shards.epochOf(shardId) !== epoch) return false;
    this.records.write(shardId, changes);
    return true;
  }

  deleteNamespace(namespaceId: string): boolean {
    this.records.deleteNamespace(namespaceId);
    return this.namespaces.delete(namespaceId);
  }

  /** Appends the groups of shards that are not fenced and returns the shards that are. All or nothing otherwise. */
  commit(groups: readonly JournalGroup[]): number[] {
    const accepted = groups.filter((group) => this.shards.epochOf(group.shardId) === group.epoch);
    const lastPositions = new Map<number, number>();
    for (const { shardId, position } of accepted) {
      const lastPosition = lastPositions.get(shardId) ?? this.journal.lastPosition(shardId);
      if (position !== lastPosition + 1) throw positionOutOfOrder(shardId, position, lastPosition);
      lastPositions.set(shardId, position);
    }
    for (const group of accepted) this.journal.append(group);
    return this.#fenced(groups);
  }

  /** Applies the changes of shards that are not fenced and returns the shards that are. All or nothing otherwise. */
  materialise(batch: readonly Materialisation[]): number[] {
    const accepted = batch.filter((changes) => this.shards.epochOf(changes.shardId) === changes.epoch);
    for (const changes of accepted) this.#checkHistory(changes);
    for (const changes of accepted) this.#apply(changes);
    return this.#fenced(batch);
  }

  #apply(changes: Materialisation): void {
    for (const row of changes.executions ?? []) this.executions.upsert(changes.shardId, row);
    for (const truncation of changes.historyTruncations ?? []) this.history.truncate(truncation);
    for (const append of changes.historyAppends ?? []) this.history.append(append);
    for (const row of changes.visibility ?? []) this.visibility.upsert(row);
    for (const run of changes.deletes ?? []) {
      this.executions.delete(run);
      this.history.delete(run);
      this.visibility.delete(run);
    }
    this.journal.removeThrough(changes.shardId, changes.throughPosition);
  }

  /** Checked before anything changes, because a batch is applied whole or not at all. */
  #checkHistory(changes: Materialisation): void {
    const starts = new Set<string>();
    for (const append of changes.historyAppends ?? []) {
      const truncation = changes.historyTruncations?.find((candidate) => runKey(candidate) === runKey(append));
      const keptThrough = truncation?.afterEventId ?? Infinity;
      const stored = append.firstEventId <= keptThrough && this.history.hasStart(append);
      const start = `${append.firstEventId}:${runKey(append)}`;
      if (stored || starts.has(start)) throw historyOverlap(append.runId, append.firstEventId);
      starts.add(start);
    }
  }

  #fenced(parts: readonly { readonly shardId: number; readonly epoch: number }[]): number[] {
    const fenced = parts.filter((part) => this.shards.epochOf(part.shardId) !== part.epoch);
    return [...new Set(fenced.map((part) => part.shardId))];
  }
}
