import { enums, type common } from '@perdure/protocol';
import { reject } from '../../rejection.js';
import { accept, type Decision } from '../decision.js';
import { Draft } from '../draft.js';
import { isClosed, type ExecutionReference, type ExecutionState } from '../state.js';
import type { DecideContext } from '../transition.js';
import { enforceHistoryLimits, terminateRun, type Termination } from './close.js';
import { scheduleWorkflowTask } from './workflow-task.js';
import { alreadyCompleted } from './workflow-task-token.js';
import { writeOutsideEvent } from './write-event.js';

const { EventType } = enums;

/** A signal on its way in. */
export interface Signal {
  readonly name: string;
  readonly input: common.IPayloads | null | undefined;
  readonly header: common.IHeader | null | undefined;
  readonly identity: string;
  readonly requestId: string;
  readonly links?: readonly common.ILink[] | null | undefined;
  readonly skipGenerateWorkflowTask?: boolean;
  /** Set when another execution sends it. */
  readonly sender?: ExecutionReference;
}

/** Delivers a signal; the same request id again changes nothing. */
export function signalExecution(state: ExecutionState, signal: Signal, context: DecideContext): Decision {
  if (isClosed(state)) return alreadyCompleted(state);
  const draft = new Draft(state, context);
  if (signal.requestId !== '' && state.signalRequestIds.has(signal.requestId)) return accept(draft.finish());
  if (state.signalCount >= context.limits.signalsPerRun) {
    const message = `exceeded workflow execution limit for signal events: ${state.signalCount} signals received, at most ${context.limits.signalsPerRun} are allowed.`;
    return reject('INVALID_ARGUMENT', message);
  }
  writeSignal(draft, signal);
  if (signal.skipGenerateWorkflowTask !== true) scheduleWorkflowTask(draft);
  enforceHistoryLimits(draft);
  return accept(draft.finish());
}

/** Only the event; a start that comes with a signal schedules its own workflow task. */
export function writeSignal(draft: Draft, signal: Signal): void {
  const { sender } = signal;
  writeOutsideEvent(
    draft,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
    {
      workflowExecutionSignaledEventAttributes: {
        signalName: signal.name,
        input: signal.input,
        identity: signal.identity,
        header: signal.header,
        requestId: signal.requestId,
        skipGenerateWorkflowTask: signal.skipGenerateWorkflowTask ?? false,
        externalWorkflowExecution:
          sender === undefined ? undefined : { workflowId: sender.workflowId, runId: sender.runId },
      },
    },
    { links: signal.links },
  );
}

/** Somebody wants the workflow to cancel itself. */
export interface CancelRequest {
  readonly reason: string;
  readonly identity: string;
  readonly requestId: string;
  readonly links?: readonly common.ILink[] | null | undefined;
  readonly sender?: ExecutionReference & { readonly initiatedEventId: number };
}

/**
 * Asks the workflow to cancel itself. Asking twice changes nothing, nor does asking a run that is closed: what was wanted, that it
 * ends, is so.
 */
export function requestCancel(state: ExecutionState, request: CancelRequest, context: DecideContext): Decision {
  const draft = new Draft(state, context);
  if (isClosed(state) || state.cancelRequested) return accept(draft.finish());
  const { sender } = request;
  writeOutsideEvent(
    draft,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED,
    {
      workflowExecutionCancelRequestedEventAttributes: {
        cause: request.reason,
        identity: request.identity,
        externalInitiatedEventId: sender?.initiatedEventId ?? 0,
        externalWorkflowExecution:
          sender === undefined ? undefined : { workflowId: sender.workflowId, runId: sender.runId },
      },
    },
    { links: request.links },
  );
  draft.record({ kind: 'cancelRequestIdSet', requestId: request.requestId });
  scheduleWorkflowTask(draft);
  return accept(draft.finish());
}

/** Ends the run at once. */
export function terminateExecution(state: ExecutionState, termination: Termination, context: DecideContext): Decision {
  if (isClosed(state)) return alreadyCompleted(state);
  const draft = new Draft(state, context);
  terminateRun(draft, termination);
  return accept(draft.finish());
}
