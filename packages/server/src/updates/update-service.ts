import { admitUpdate, isClosed, UPDATE_ABANDONED_BY_CLOSE, type UpdateRejection } from '@perdure/engine';
import { enums, type failure, type update } from '@perdure/protocol';
import { ServiceError, type CallContext } from '../api/index.js';
import type { Clock } from '../clock.js';
import type { ExecutionHost } from '../host/index.js';
import type { LiveExecution, RunTarget } from '../shard/index.js';

const { UpdateWorkflowExecutionLifecycleStage: Stage } = enums;
/** Answer this long before the caller's deadline, so that "not yet" arrives instead of an error. */
const DEADLINE_MARGIN_MS = 500;

/** Where an update stands. */
export interface UpdateProgress {
  readonly stage: enums.UpdateWorkflowExecutionLifecycleStage;
  readonly outcome: update.IOutcome | undefined;
  readonly runId: string;
}

export interface UpdateServicePorts {
  readonly host: () => ExecutionHost;
  readonly clock: Clock;
  readonly longPollTimeoutMs: number;
}

/** Rejections leave no event; they are kept here for those who wait, and for those who ask again soon after. */
const REJECTIONS_KEPT = 10_000;

export class UpdateService {
  private readonly rejections = new Map<string, failure.IFailure>();

  constructor(private readonly ports: UpdateServicePorts) {}

  /** Admits an update and waits for the stage. Asked again with the same id, it is the same update. */
  async update(target: RunTarget, request: update.IRequest, stage: enums.UpdateWorkflowExecutionLifecycleStage, context: CallContext): Promise<UpdateProgress> {
    const updateId = request.meta?.updateId ?? '';
    for (;;) {
      let runId = '';
      await this.ports.host().execute(target, (live, decideContext) => {
        ({ runId } = live.state.key);
        const decision = admitUpdate(live.state, request, decideContext);
        if (!decision.rejected && decision.transitions[0]?.facts.length !== 0) this.admitted(live.state.key.runId, updateId);
        return decision;
      });
      const progress = await this.wait({ ...target, runId }, updateId, stage, context);
      // The run continued as new before the update reached a worker: the next run gets it.
      if (progress !== 'runClosed') return progress;
      if (target.runId !== '') throw closedBeforeUpdate(target, updateId);
    }
  }

  /** A rejected update is forgotten: the same id admitted again is a new one. */
  admitted(runId: string, updateId: string): void {
    this.rejections.delete(`${runId}\n${updateId}`);
  }

  /** Waits for the stage of an update that was admitted before. */
  async poll(target: RunTarget, updateId: string, stage: enums.UpdateWorkflowExecutionLifecycleStage, context: CallContext): Promise<UpdateProgress> {
    const known = await this.ports.host().read(target, (live) => ({ runId: live.state.key.runId, present: this.progress(live, updateId) !== 'unknown' }));
    if (!known.present) throw new ServiceError('NOT_FOUND', `update "${updateId}" not found`, { type: 'NotFoundFailure', fields: {} });
    const progress = await this.wait({ ...target, runId: known.runId }, updateId, stage, context);
    if (progress === 'runClosed') throw closedBeforeUpdate(target, updateId);
    return progress;
  }

  /** A worker has rejected updates; those who wait for them are told when that is durable. */
  recordRejections(live: LiveExecution, rejections: readonly UpdateRejection[]): void {
    for (const { updateId, failure } of rejections) {
      this.rejections.set(rejectionKey(live, updateId), failure);
      if (this.rejections.size > REJECTIONS_KEPT) this.rejections.delete(this.rejections.keys().next().value ?? '');
    }
  }

  /** Waits for the stage of an update of a certain run. */
  async wait(target: RunTarget, updateId: string, stage: enums.UpdateWorkflowExecutionLifecycleStage, context: CallContext): Promise<UpdateProgress | 'runClosed'> {
    const live = await this.ports.host().read(target, (found) => found);
    return new Promise((resolve, reject) => {
      const look = (isLast: boolean): boolean => {
        const progress = this.progress(live, updateId);
        if (live.discarded) {
          finish();
          reject(new ServiceError('UNAVAILABLE', 'The execution was reloaded while the update was waited for. Try again.'));
          return true;
        }
        const isReached = typeof progress === 'object' && progress.stage >= stage;
        if (!isReached && progress !== 'runClosed' && !isLast) return false;
        finish();
        if (progress === 'unknown') resolve('runClosed');
        else resolve(progress);
        return true;
      };
      const { clock, longPollTimeoutMs } = this.ports;
      const deadlineMs = Math.min(clock.nowMs() + longPollTimeoutMs, (context.deadlineMs ?? Infinity) - DEADLINE_MARGIN_MS);
      const stopListening = live.onDurableChange(() => void look(false));
      const stopCancel = context.onCancelled(() => void look(true));
      const timer = clock.callAt(deadlineMs, () => void look(true));
      const finish = (): void => {
        stopListening();
        stopCancel();
        timer.cancel();
      };
      look(false);
    });
  }

  /** What may be told now: only what is durable. */
  private progress(live: LiveExecution, updateId: string): UpdateProgress | 'runClosed' | 'unknown' {
    const { runId } = live.state.key;
    const entry = live.state.updates.get(updateId);
    const isDurable = (eventId: number): boolean => eventId > 0 && eventId < live.durableNextEventId;
    if (entry?.phase === 'completed' && isDurable(entry.completedEventId)) return { stage: Stage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED, outcome: entry.outcome, runId };
    if (entry !== undefined && entry.acceptedEventId > 0 && isDurable(entry.acceptedEventId)) {
      if (live.durableClosed && entry.phase === 'accepted') {
        return { stage: Stage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED, outcome: { failure: UPDATE_ABANDONED_BY_CLOSE }, runId };
      }
      return { stage: Stage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED, outcome: undefined, runId };
    }
    const rejection = this.rejections.get(rejectionKey(live, updateId));
    if (rejection !== undefined) return { stage: Stage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED, outcome: { failure: rejection }, runId };
    if (isClosed(live.state)) return 'runClosed';
    return entry === undefined ? 'unknown' : { stage: Stage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED, outcome: undefined, runId };
  }
}

function rejectionKey(live: LiveExecution, updateId: string): string {
  return `${live.state.key.runId}\n${updateId}`;
}

function closedBeforeUpdate({ workflowId }: RunTarget, updateId: string): ServiceError {
  return new ServiceError('NOT_FOUND', `workflow execution already completed: update "${updateId}" of workflow ${workflowId} was not accepted before the run closed.`, {
    type: 'NotFoundFailure',
    fields: {},
  });
}
