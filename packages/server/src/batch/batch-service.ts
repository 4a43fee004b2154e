import type { workflowservice } from '@perdure/protocol';
import { ServiceError } from '../api/index.js';
import type { ClockTimer } from '../clock.js';
import type { RecordKey, StoredRecord } from '../store/index.js';
import { decodeBatchRecord, encodeBatchRecord, type BatchRecord } from './batch-record.js';
import { BatchRunner } from './batch-runner.js';
import type { BatchPorts } from './ports.js';
import { countTargets } from './targets.js';

const PAGE_RECORDS = 100;
const RETRY_MS = 1000;

/**
 * Batches: what is to be done to many executions. A batch that was acknowledged goes on whatever becomes of this
 * process, and is kept for the retention of its namespace once it has closed.
 */
export class BatchService {
  private readonly runners = new Map<string, BatchRunner>();
  /** Batches that are not durable yet, and the namespaces they belong to. */
  private readonly starting = new Map<string, string>();
  private readonly expirations = new Map<string, ClockTimer>();
  private stopping = false;

  constructor(private readonly ports: BatchPorts) {}

  /** Takes up the batches that were under way. To be called once the shards are open. */
  async resume(): Promise<void> {
    const { store } = this.ports;
    for (let shardId = 0; shardId < store.identity.shardCount; shardId += 1) {
      let cursor: Awaited<ReturnType<typeof store.records.ofShard>>['cursor'];
      do {
        const page = await store.records.ofShard(shardId, 'batch-operation', cursor, PAGE_RECORDS);
        for (const stored of page.rows) this.takeUp(recordOf(stored));
        cursor = page.cursor;
      } while (cursor !== undefined);
    }
  }

  /** Leaves what is under way to the next start. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const timer of this.expirations.values()) timer.cancel();
    await Promise.all([...this.runners.values()].map(async (runner) => runner.halt()));
  }

  /** Starts a batch whose request has been checked. Durable when it resolves. */
  async start(namespaceId: string, request: workflowservice.StartBatchOperationRequest): Promise<void> {
    const key = keyOf(namespaceId, request.jobId);
    const name = mapKey(key);
    if (this.runners.has(name) || this.starting.has(name)) throw jobExists(request.jobId);
    this.refuseTooMany(namespaceId);
    // Its place among those that run is taken before anything is waited for.
    this.starting.set(name, namespaceId);
    try {
      if ((await this.ports.store.records.read(key)) !== undefined) throw jobExists(request.jobId);
      const record = newRecord(namespaceId, request, this.ports.clock.nowMs());
      const total = await countTargets(this.ports, record);
      await this.write(key, { ...record, total });
    } finally {
      this.starting.delete(name);
    }
  }

  private refuseTooMany(namespaceId: string): void {
    const most = this.ports.limits.batchOperationsRunning;
    let running = 0;
    for (const { record } of this.runners.values()) if (record.namespaceId === namespaceId) running += 1;
    for (const id of this.starting.values()) if (id === namespaceId) running += 1;
    if (running < most) return;
    throw new ServiceError(
      'RESOURCE_EXHAUSTED',
      `Max concurrent batch operations is reached: ${running} of at most ${most} are running in this namespace. Wait for one to complete, or stop it.`,
      { type: 'ResourceExhaustedFailure', fields: { cause: CONCURRENT_LIMIT, scope: NAMESPACE_SCOPE } },
    );
  }

  private async write(key: RecordKey, record: BatchRecord): Promise<void> {
    try {
      await this.ports.host.writeRecord(key, encodeBatchRecord(record));
    } catch (error) {
      // Whether it was written is not known: the caller hears so, and the batch goes on if it was.
      this.lookLater(key);
      throw error;
    }
    this.takeUp(record);
  }

  private lookLater(key: RecordKey): void {
    const { clock, store } = this.ports;
    clock.callAt(clock.nowMs() + RETRY_MS, () => {
      if (this.stopping || this.runners.has(mapKey(key))) return;
      store.records.read(key).then(
        (value) => value !== undefined && this.takeUp(decodeBatchRecord(key, value)),
        () => this.lookLater(key),
      );
    });
  }

  /** Stops a batch. Throws NOT_FOUND if there is none that runs. */
  async cancel(namespaceId: string, jobId: string, reason: string): Promise<void> {
    const runner = this.runners.get(mapKey(keyOf(namespaceId, jobId)));
    if (runner === undefined) {
      const record = await this.describe(namespaceId, jobId);
      throw notFound(`Batch operation ${jobId} is not running: it is ${record.state}.`);
    }
    await runner.stop(reason);
  }

  /** Throws NOT_FOUND if there is no such batch. */
  async describe(namespaceId: string, jobId: string): Promise<BatchRecord> {
    const key = keyOf(namespaceId, jobId);
    const runner = this.runners.get(mapKey(key));
    if (runner !== undefined) return runner.record;
    const value = await this.ports.store.records.read(key);
    if (value === undefined) throw notFound(`Batch operation ${jobId} was not found.`);
    return decodeBatchRecord(key, value);
  }

  /** Every batch of a namespace that is kept, the latest first. */
  async list(namespaceId: string): Promise<readonly BatchRecord[]> {
    const { store } = this.ports;
    const records: BatchRecord[] = [];
    let cursor: Awaited<ReturnType<typeof store.records.list>>['cursor'];
    do {
      const page = await store.records.list(namespaceId, 'batch-operation', cursor, PAGE_RECORDS);
      for (const stored of page.rows) records.push(this.runners.get(mapKey(stored))?.record ?? recordOf(stored));
      cursor = page.cursor;
    } while (cursor !== undefined);
    return records.sort((left, right) => right.startTimeMs - left.startTimeMs || (left.jobId < right.jobId ? -1 : 1));
  }

  private takeUp(record: BatchRecord): void {
    if (this.stopping) return;
    if (record.state !== 'running') {
      this.expireLater(record);
      return;
    }
    const key = keyOf(record.namespaceId, record.jobId);
    const name = mapKey(key);
    if (this.runners.has(name)) return;
    const runner = new BatchRunner(this.ports, record);
    this.runners.set(name, runner);
    void runner.run().then(() => {
      if (this.stopping) return;
      this.runners.delete(name);
      // One that ended without being closed was stopped: the store says whether that is durable.
      if (runner.record.state === 'running') this.lookLater(key);
      else this.expireLater(runner.record);
    });
  }

  private expireLater(record: BatchRecord): void {
    const { clock, retentionMs, namespaceExists, host, log } = this.ports;
    const key = keyOf(record.namespaceId, record.jobId);
    const expiresMs = (record.closeTimeMs ?? record.startTimeMs) + retentionMs(record.namespaceId);
    if (this.stopping || !Number.isFinite(expiresMs) || !namespaceExists(record.namespaceId)) return;
    const again = (atMs: number): void => {
      this.expirations.set(mapKey(key), clock.callAt(atMs, expire));
    };
    const expire = (): void => {
      this.expirations.delete(mapKey(key));
      if (this.stopping || !namespaceExists(record.namespaceId)) return;
      // The retention may have been changed meanwhile.
      const dueMs = (record.closeTimeMs ?? record.startTimeMs) + retentionMs(record.namespaceId);
      if (dueMs > clock.nowMs()) return again(dueMs);
      host.writeRecord(key, undefined).catch((error: unknown) => {
        if (this.stopping) return;
        log.warn('A batch could not be removed; trying again', { jobId: record.jobId, error });
        again(clock.nowMs() + RETRY_MS);
      });
    };
    again(expiresMs);
  }
}

/** `temporal.api.enums.v1.ResourceExhaustedCause` and `...Scope`. */
const CONCURRENT_LIMIT = 2;
const NAMESPACE_SCOPE = 1;

function newRecord(
  namespaceId: string,
  request: workflowservice.StartBatchOperationRequest,
  startTimeMs: number,
): BatchRecord {
  return {
    namespaceId,
    jobId: request.jobId,
    request,
    startTimeMs,
    closeTimeMs: undefined,
    state: 'running',
    closeReason: '',
    total: 0,
    complete: 0,
    failure: 0,
    page: [],
    cursor: undefined,
    isLastPage: false,
  };
}

function keyOf(namespaceId: string, jobId: string): RecordKey {
  return { namespaceId, kind: 'batch-operation', id: jobId };
}

function mapKey({ namespaceId, id }: Pick<RecordKey, 'namespaceId' | 'id'>): string {
  return `${namespaceId}:${id}`;
}

function recordOf(stored: StoredRecord): BatchRecord {
  return decodeBatchRecord(stored, stored.value);
}

function jobExists(jobId: string): ServiceError {
  return new ServiceError(
    'ALREADY_EXISTS',
    `Batch operation ${jobId} has been started before, in this namespace. Give another job id.`,
  );
}

function notFound(message: string): ServiceError {
  return new ServiceError('NOT_FOUND', message, { type: 'NotFoundFailure', fields: {} });
}
