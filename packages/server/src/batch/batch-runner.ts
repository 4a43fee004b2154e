import { ServiceError } from '../api/index.js';
import { batchRequestId, encodeBatchRecord, type BatchRecord, type BatchTarget } from './batch-record.js';
import { Pace } from './pace.js';
import type { BatchPorts } from './ports.js';
import { readTargets } from './targets.js';

const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 10_000;
/** The shard is being opened again, or too much is going on: what did not work may work later. */
const PASSING: ReadonlySet<string> = new Set(['UNAVAILABLE', 'RESOURCE_EXHAUSTED', 'ABORTED']);

/**
 * Works through one batch, page by page. A page is stored before its executions are acted on; after a crash they are
 * acted on again, under the same request ids.
 */
export class BatchRunner {
  private readonly pace: Pace;
  /** What this page has come to so far; becomes part of the record when the page is done. */
  private doneHere = { complete: 0, failure: 0 };
  /** How many executions of the page have had their turn. */
  private acted = 0;
  private halted = false;
  private finished: Promise<void> | undefined;

  constructor(
    private readonly ports: BatchPorts,
    private stored: BatchRecord,
  ) {
    const { maxOperationsPerSecond } = stored.request;
    const most = ports.limits.batchOperationsPerSecond;
    this.pace = new Pace(ports.clock, maxOperationsPerSecond > 0 ? Math.min(maxOperationsPerSecond, most) : most);
  }

  /** The batch with what has been done since it was last stored. */
  get record(): BatchRecord {
    const complete = this.stored.complete + this.doneHere.complete;
    const failure = this.stored.failure + this.doneHere.failure;
    return { ...this.stored, complete, failure, total: Math.max(this.stored.total, complete + failure) };
  }

  /** Goes on until everything is done, or it is halted. Resolves when nothing more happens here. */
  run(): Promise<void> {
    return (this.finished ??= this.work());
  }

  /** Stops for good: what has been done stays done, what is under way is finished. If it throws, it may go on. */
  async stop(reason: string): Promise<void> {
    this.halted = true;
    this.pace.stop();
    await this.finished;
    if (this.stored.state === 'running') await this.store(this.closed('failed', reason));
  }

  /** Leaves everything as it is, to whoever takes the batch up again. */
  async halt(): Promise<void> {
    this.halted = true;
    this.pace.stop();
    await this.finished;
  }

  private async work(): Promise<void> {
    const { log } = this.ports;
    const { jobId, namespaceId } = this.stored;
    let retryMs = FIRST_RETRY_MS;
    let obstacle: string | undefined;
    while (!this.halted && this.stored.state === 'running' && this.ports.namespaceExists(namespaceId)) {
      try {
        if (obstacle === undefined) await this.nextPage();
        else await this.close('failed', obstacle);
        retryMs = FIRST_RETRY_MS;
      } catch (error) {
        if (this.halted) return;
        if (error instanceof ServiceError && error.code === 'INVALID_ARGUMENT') {
          log.warn('A batch cannot go on', { jobId, error });
          obstacle = error.message;
          continue;
        }
        log.warn('A batch could not go on; trying again', { jobId, error });
        await this.pace.until(this.ports.clock.nowMs() + retryMs);
        retryMs = Math.min(retryMs * 2, MAX_RETRY_MS);
      }
    }
  }

  private async nextPage(): Promise<void> {
    await this.actOnAll(this.stored.page);
    // A namespace takes its batches along: nothing of them is written again.
    if (this.halted || !this.ports.namespaceExists(this.stored.namespaceId)) return;
    const { complete, failure, cursor, isLastPage } = this.record;
    if (isLastPage) return this.close('completed', '');
    const next = await readTargets(this.ports, this.stored, cursor);
    // With what was counted: the page that is done and the page that follows change places in one write.
    const isLast = next.cursor === undefined;
    await this.store({
      ...this.stored,
      complete,
      failure,
      page: next.targets,
      cursor: next.cursor,
      isLastPage: isLast,
    });
  }

  private async close(state: 'completed' | 'failed', reason: string): Promise<void> {
    await this.store(this.closed(state, reason));
  }

  private closed(state: 'completed' | 'failed', closeReason: string): BatchRecord {
    const { complete, failure } = this.record;
    // Executions that closed before their turn came were counted at the start, and are no part of what was done.
    const total = state === 'completed' ? complete + failure : this.record.total;
    const closeTimeMs = this.ports.clock.nowMs();
    return { ...this.stored, state, closeReason, closeTimeMs, total, complete, failure, page: [], isLastPage: true };
  }

  private async store(record: BatchRecord): Promise<void> {
    const { namespaceId, jobId } = record;
    await this.ports.host.writeRecord({ namespaceId, kind: 'batch-operation', id: jobId }, encodeBatchRecord(record));
    this.stored = record;
    this.doneHere = { complete: 0, failure: 0 };
    this.acted = 0;
  }

  private async actOnAll(targets: readonly BatchTarget[]): Promise<void> {
    const lanes = Math.min(this.ports.limits.batchOperationsAtOnce, targets.length - this.acted);
    const lane = async (): Promise<void> => {
      while (!this.halted && this.acted < targets.length) {
        const target = targets[this.acted++];
        await this.pace.turn();
        // Not acted on after all: whoever takes the batch up again does so.
        if (this.halted || target === undefined) return;
        await this.act(target);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  }

  /** Until it has worked, or is known not to. */
  private async act(target: BatchTarget): Promise<void> {
    const { jobId } = this.stored;
    for (let retryMs = FIRST_RETRY_MS; !this.halted; retryMs = Math.min(retryMs * 2, MAX_RETRY_MS)) {
      try {
        await this.ports.perform(this.stored, target, batchRequestId(this.stored, target));
        this.doneHere.complete += 1;
        return;
      } catch (error) {
        const code = error instanceof ServiceError ? error.code : undefined;
        if (code !== undefined && PASSING.has(code)) {
          await this.pace.until(this.ports.clock.nowMs() + retryMs);
          continue;
        }
        // It closed, or was deleted, before its turn: there is nothing left to do.
        if (code === 'NOT_FOUND') this.doneHere.complete += 1;
        else {
          this.doneHere.failure += 1;
          this.ports.log.warn('A batch failed on an execution', { jobId, ...target, error });
        }
        return;
      }
    }
  }
}
