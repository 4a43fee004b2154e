import { createHash } from 'node:crypto';
import { isClosed, requestCancel, terminateExecution, type ExecutionState } from '@perdure/engine';
import type { PlannedStart, RunningWorkflow, ScheduleState, WorkflowEnd } from '@perdure/engine/schedule';
import { enums, type failure } from '@perdure/protocol';
import { ServiceError } from '../api/index.js';
import type { RunTarget } from '../shard/index.js';
import type { SchedulePorts } from './ports.js';
import { schedulerIdentity, startRequest } from './start-request.js';

const { TimeoutType, WorkflowExecutionStatus } = enums;
const REASON = 'schedule overlap policy';
const TIMEOUT: failure.IFailure = {
  message: 'workflow timeout',
  timeoutFailureInfo: { timeoutType: TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE },
};

/** How a start ended for good. `refused` carries what the server would have told a caller. */
export type StartOutcome =
  | { readonly kind: 'started'; readonly runId: string }
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly error: ServiceError };

/** The workflows of schedules: starts and stops them, and finds out how they ended. */
export class ScheduledWorkflows {
  constructor(private readonly ports: SchedulePorts) {}

  /**
   * Starts a planned workflow, or finds that an earlier attempt has. Throws what may be different next time.
   *
   * @param isRepeated whether there may have been an earlier attempt
   */
  async start(state: ScheduleState, planned: PlannedStart, isRepeated: boolean): Promise<StartOutcome> {
    const host = this.ports.host();
    const target = { namespaceId: state.key.namespaceId, workflowId: planned.workflowId, runId: '' };
    const runId = runIdOf(planned.requestId);
    try {
      if (isRepeated && (await this.find({ ...target, runId })) !== undefined) return { kind: 'started', runId };
      const checked = this.ports.checkStart(startRequest(state, planned), runId);
      const { result } = await host.start(checked.target, (current, context) => checked.decide(current, context));
      return { kind: 'started', runId: result.firstRunId };
    } catch (error) {
      if (!(error instanceof ServiceError) || TRANSIENT.has(error.code)) throw error;
      if (error.code !== 'ALREADY_EXISTS') return { kind: 'refused', error };
      return (await this.find({ ...target, runId })) === undefined ? { kind: 'taken' } : { kind: 'started', runId };
    }
  }

  /** Asks a running workflow to stop; one that has ended needs no more. */
  async stop(state: ScheduleState, { workflowId, runId, stop }: RunningWorkflow): Promise<void> {
    const target = { namespaceId: state.key.namespaceId, workflowId, runId: '' };
    const asked = { reason: REASON, identity: schedulerIdentity(state) };
    await ignoringEnded(
      this.ports.host().execute(target, ({ state: run }, context) => {
        if (run.chain.firstRunId !== runId || isClosed(run)) return { transitions: [], result: undefined };
        if (stop === 'terminate') return terminateExecution(run, { ...asked, details: undefined }, context);
        return requestCancel(run, { ...asked, requestId: `${state.incarnation}-${runId}-cancel` }, context);
      }),
    );
  }

  /** How a workflow ended, the whole chain of its runs; `undefined` while it runs. */
  async endOf(
    namespaceId: string,
    { workflowId, runId }: Pick<RunningWorkflow, 'workflowId' | 'runId'>,
  ): Promise<WorkflowEnd | undefined> {
    const last = await this.lastRunOf({ namespaceId, workflowId, runId });
    if (last === undefined) {
      const status = WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED;
      return { workflowId, runId, status, result: undefined, failure: undefined };
    }
    return hasEnded(last) ? endOf(last, runId) : undefined;
  }

  /** The status of a workflow that nobody waits for: of its last run, if that has ended; `undefined` if not. */
  async statusOf(
    namespaceId: string,
    { workflowId, runId }: Pick<RunningWorkflow, 'workflowId' | 'runId'>,
  ): Promise<enums.WorkflowExecutionStatus | undefined> {
    const last = await this.lastRunOf({ namespaceId, workflowId, runId });
    return last !== undefined && hasEnded(last) ? last.status : undefined;
  }

  /** The newest run of a chain; `undefined` when it has been deleted. */
  private async lastRunOf(first: RunTarget): Promise<ExecutionState | undefined> {
    // Usually nothing else has been started under the id, and the present run is of the chain.
    const present = await this.find({ ...first, runId: '' });
    if (present?.chain.firstRunId === first.runId) return present;
    let run = await this.find(first);
    while (run !== undefined && !hasEnded(run)) {
      const nextRunId = run.chain.newRunId || run.resetRunId;
      if (nextRunId === '') return run;
      run = await this.find({ ...first, runId: nextRunId });
    }
    return run;
  }

  private async find(target: RunTarget): Promise<ExecutionState | undefined> {
    try {
      return await this.ports.host().read(target, (live) => live.state);
    } catch (error) {
      if (error instanceof ServiceError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    }
  }
}

const TRANSIENT: ReadonlySet<string> = new Set([
  'UNAVAILABLE',
  'RESOURCE_EXHAUSTED',
  'ABORTED',
  'DEADLINE_EXCEEDED',
  'INTERNAL',
]);

/**
 * The run that a planned start makes: as every attempt at it names the same one, a later attempt finds what an earlier one has made,
 * whatever else has been started under the workflow id since.
 */
function runIdOf(requestId: string): string {
  const hex = createHash('sha1').update(requestId).digest('hex');
  // The form of a UUID that is made from a name (RFC 9562, version 5).
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return [
    ...[hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`],
    ...[`${variant}${hex.slice(18, 20)}`, hex.slice(20, 32)],
  ].join('-');
}

/** The run is closed, and no other goes on where it stopped. */
export function hasEnded(run: ExecutionState): boolean {
  return isClosed(run) && run.chain.newRunId === '' && run.resetRunId === '';
}

function endOf({ key, status, closeEvent }: ExecutionState, runId: string): WorkflowEnd {
  const completed = closeEvent?.workflowExecutionCompletedEventAttributes;
  const failed = closeEvent?.workflowExecutionFailedEventAttributes;
  const timedOut = status === WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TIMED_OUT;
  return {
    workflowId: key.workflowId,
    runId,
    status,
    result: completed?.result ?? undefined,
    failure: failed?.failure ?? (timedOut ? TIMEOUT : undefined),
  };
}

async function ignoringEnded(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'NOT_FOUND') throw error;
  }
}
