import { admitUpdate, reject, UPDATE_ABANDONED_BY_CLOSE, type UpdateRejection } from '@perdure/engine';
import { enums, history, type failure, type update } from '@perdure/protocol';
import { ServiceError, type CallContext } from '../api/index.js';
import type { Clock } from '../clock.js';
import type { ExecutionHost } from '../host/index.js';
import { readEvents } from '../history/index.js';
import { executionNotFound, shardUnavailable, type LiveExecution, type RunTarget } from '../shard/index.js';
import type { Store } from '../store/index.js';

const { UpdateWorkflowExecutionLifecycleStage: Stage } = enums;
/** Answer this long before the caller's deadline, so that "not yet" arrives instead of an error. */
const DEADLINE_MARGIN_MS = 500;
/** Rejections leave no event; they are kept here for those who wait, and for those who ask again soon after. */
const REJECTIONS_KEPT = 10_000;

/** Where an update stands. */
export interface UpdateProgress {
  readonly stage: enums.UpdateWorkflowExecutionLifecycleStage;
  readonly outcome: update.IOutcome | undefined;
  readonly runId: string;
}

/** What updates work with. */
export interface UpdateServicePorts {
  readonly host: () => ExecutionHost;
  readonly clock: Clock;
  readonly longPollTimeoutMs: number;
  readonly store: Store;
}

/** What those hear whose update the run had not accepted when it closed. */
const ABORTED_BY_CLOSE = 'workflow update was aborted by closing workflow';
const NOT_FOUND_DETAIL = { type: 'NotFoundFailure', fields: {} };

/** Updates from their admission to the stage that a caller waits for. Only what is durable is told. */
export class UpdateService {
  private readonly rejections = new Map<string, failure.IFailure>();

  constructor(private readonly ports: UpdateServicePorts) {}

  /**
   * Admits an update and waits for the stage. Asked again with the same id, it is the same update. `abandonedBy` is a
   * run that is known to have closed before it accepted the update.
   */
  async update(
    target: RunTarget,
    request: update.IRequest,
    stage: enums.UpdateWorkflowExecutionLifecycleStage,
    context: CallContext,
    abandonedBy = '',
  ): Promise<UpdateProgress> {
    const updateId = request.meta?.updateId ?? '';
    let closedRunId = abandonedBy;
    for (;;) {
      let runId = '';
      await this.ports.host().execute(target, (live, decideContext) => {
        ({ runId } = live.state.key);
        if (runId === closedRunId) return reject('NOT_FOUND', ABORTED_BY_CLOSE, NOT_FOUND_DETAIL);
        const decision = admitUpdate(live.state, request, decideContext);
        if (!decision.rejected && decision.transitions[0]?.facts.length !== 0) this.admitted(runId, updateId);
        return decision;
      });
      const progress = await this.wait({ ...target, runId }, updateId, stage, context);
      // The run closed before the update reached a worker: if another run follows, that one gets it.
      if (progress !== 'runClosed') return progress;
      closedRunId = runId;
    }
  }

  /** A rejected update is forgotten: the same id admitted again is a new one. */
  admitted(runId: string, updateId: string): void {
    this.rejections.delete(rejectionKey(runId, updateId));
  }

  /** Waits for the stage of an update that was admitted before. Throws NOT_FOUND if it is not known. */
  async poll(
    target: RunTarget,
    updateId: string,
    stage: enums.UpdateWorkflowExecutionLifecycleStage,
    context: CallContext,
  ): Promise<UpdateProgress> {
    const known = await this.ports.host().read(target, (live) => ({
      runId: live.state.key.runId,
      present: live.state.updates.has(updateId) || this.rejections.has(rejectionKey(live.state.key.runId, updateId)),
    }));
    if (!known.present) throw updateNotFound(updateId);
    const progress = await this.wait({ ...target, runId: known.runId }, updateId, stage, context);
    if (progress === 'runClosed') throw new ServiceError('NOT_FOUND', ABORTED_BY_CLOSE, NOT_FOUND_DETAIL);
    return progress;
  }

  /**
   * A worker has rejected updates; those who wait for them are told when the completion that says so is durable. To be
   * called while that completion is decided.
   */
  recordRejections(live: LiveExecution, rejections: readonly UpdateRejection[]): void {
    if (rejections.length === 0) return;
    const { runId } = live.state.key;
    void Promise.resolve()
      .then(() => this.ports.host().shardFor(live.state.key).durable())
      .then(
        () => {
          if (live.discarded) return;
          for (const { updateId, failure } of rejections) {
            // Admitted again meanwhile: those who wait now hear of that one.
            if (!live.state.updates.has(updateId)) this.keep(rejectionKey(runId, updateId), failure);
          }
          live.notifyDurable();
        },
        // The shard has failed: whoever waits is told so, and the update is delivered again.
        () => undefined,
      );
  }

  private keep(key: string, failure: failure.IFailure): void {
    this.rejections.set(key, failure);
    if (this.rejections.size > REJECTIONS_KEPT) this.rejections.delete(this.rejections.keys().next().value ?? '');
  }

  /**
   * Waits for the stage of an update of a certain run, and answers the stage reached when the time is up. `runClosed`:
   * the run closed before the update was accepted.
   */
  async wait(
    target: RunTarget,
    updateId: string,
    stage: enums.UpdateWorkflowExecutionLifecycleStage,
    context: CallContext,
  ): Promise<UpdateProgress | 'runClosed'> {
    const live = await this.ports.host().read(target, (found) => found);
    // It left memory in this very turn.
    if (live.discarded) return this.wait(target, updateId, stage, context);
    return new Promise((resolve, reject) => {
      const { clock, longPollTimeoutMs } = this.ports;
      const look = (isLast: boolean): void => {
        const progress = live.discarded ? 'lost' : this.progress(live, updateId);
        const isReached = typeof progress === 'object' && progress.stage >= stage;
        if (!isReached && !isLast && progress !== 'runClosed' && progress !== 'lost') return;
        stopListening();
        stopCancel();
        timer.cancel();
        if (progress === 'lost') reject(shardUnavailable(new Error(`update "${updateId}" was waited for`)));
        else if (progress === 'unknown') reject(updateNotFound(updateId));
        else resolve(progress === 'runClosed' ? progress : this.withOutcome(live, progress));
      };
      const deadlineMs = Math.min(
        clock.nowMs() + longPollTimeoutMs,
        (context.deadlineMs ?? Infinity) - DEADLINE_MARGIN_MS,
      );
      const stopListening = live.onDurableChange(() => look(false));
      const stopCancel = context.onCancelled(() => look(true));
      const timer = clock.callAt(deadlineMs, () => look(true));
      look(false);
    });
  }

  private async withOutcome(live: LiveExecution, progress: Progress): Promise<UpdateProgress> {
    const { completedEventId, ...rest } = progress;
    if (completedEventId === undefined) return rest;
    const range = { fromEventId: completedEventId, toEventId: completedEventId, maxEvents: 1, maxBytes: Infinity };
    const { chunks } = await readEvents(this.ports.store, live, range);
    const event = chunks[0] === undefined ? undefined : history.History.decode(chunks[0]).events[0];
    const outcome = event?.workflowExecutionUpdateCompletedEventAttributes?.outcome;
    // A run whose events are gone was deleted.
    if (outcome === undefined) throw executionNotFound(live.state.key);
    return { ...rest, outcome };
  }

  /** What may be told now. `unknown` may also mean that its rejection is about to become durable. */
  private progress(live: LiveExecution, updateId: string): Progress | 'runClosed' | 'unknown' {
    const { runId } = live.state.key;
    const entry = live.state.updates.get(updateId);
    const isDurable = (eventId: number): boolean => eventId > 0 && eventId < live.durableNextEventId;
    if (entry?.phase === 'completed' && isDurable(entry.completedEventId))
      return { ...completed(runId, undefined), completedEventId: entry.completedEventId };
    if (entry !== undefined && isDurable(entry.acceptedEventId)) {
      // The event that completes it is not durable yet, or never comes because the run has closed.
      if (live.durableClosed && entry.phase === 'accepted')
        return completed(runId, { failure: UPDATE_ABANDONED_BY_CLOSE });
      return { stage: Stage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED, outcome: undefined, runId };
    }
    const rejection = this.rejections.get(rejectionKey(runId, updateId));
    if (rejection !== undefined) return completed(runId, { failure: rejection });
    if (live.durableClosed) return 'runClosed';
    if (entry === undefined) return 'unknown';
    return { stage: Stage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED, outcome: undefined, runId };
  }
}

/** An outcome that stands in history is read when somebody is told. */
interface Progress extends UpdateProgress {
  readonly completedEventId?: number;
}

function completed(runId: string, outcome: update.IOutcome | undefined): UpdateProgress {
  return { stage: Stage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED, outcome, runId };
}

function rejectionKey(runId: string, updateId: string): string {
  return `${runId}\n${updateId}`;
}

function updateNotFound(updateId: string): ServiceError {
  return new ServiceError('NOT_FOUND', `update "${updateId}" not found`, { type: 'NotFoundFailure', fields: {} });
}
