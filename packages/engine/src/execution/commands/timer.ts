import { durationToMs, enums, type history } from '@perdure/protocol';
import type { ExecutionState } from '../state.js';
import { badAttributes, commandExtras, invalidCommandId, type CommandHandler } from './command.js';

const { EventType, WorkflowTaskFailedCause: Cause } = enums;

/** StartTimer. */
export const startTimer: CommandHandler = (batch, given) => {
  const attributes = given.startTimerCommandAttributes;
  const cause = Cause.WORKFLOW_TASK_FAILED_CAUSE_BAD_START_TIMER_ATTRIBUTES;
  if (attributes == null) return badAttributes(cause, 'StartTimerCommandAttributes is not set on StartTimerCommand.');
  const { draft, workflowTaskCompletedEventId } = batch;
  const timerId = attributes.timerId ?? '';
  const invalid = invalidCommandId(
    'TimerId',
    timerId,
    { command: 'StartTimerCommand', about: '' },
    draft.context.limits,
  );
  if (invalid !== undefined) return badAttributes(cause, invalid);
  if ((durationToMs(attributes.startToFireTimeout) ?? 0) < 0) {
    return badAttributes(
      cause,
      `An invalid StartToFireTimeout is set on StartTimerCommand: negative duration. TimerId=${timerId}`,
    );
  }
  if (draft.state.timers.has(timerId)) {
    return badAttributes(
      Cause.WORKFLOW_TASK_FAILED_CAUSE_START_TIMER_DUPLICATE_ID,
      `invalid history builder state for action: add-timer-started-event, TimerID: ${timerId}`,
    );
  }
  draft.event(
    EventType.EVENT_TYPE_TIMER_STARTED,
    {
      timerStartedEventAttributes: {
        timerId,
        startToFireTimeout: attributes.startToFireTimeout,
        workflowTaskCompletedEventId,
      },
    },
    commandExtras(given),
  );
  return undefined;
};

/** CancelTimer. */
export const cancelTimer: CommandHandler = (batch, given) => {
  const cause = Cause.WORKFLOW_TASK_FAILED_CAUSE_BAD_CANCEL_TIMER_ATTRIBUTES;
  const timerId = given.cancelTimerCommandAttributes?.timerId ?? '';
  const { draft, workflowTaskCompletedEventId } = batch;
  const subject = { command: 'CancelTimerCommand', about: '' };
  const invalid = invalidCommandId('TimerId', timerId, subject, draft.context.limits);
  if (invalid !== undefined) return badAttributes(cause, invalid);
  const timer = draft.state.timers.get(timerId);
  if (timer !== undefined) {
    writeCanceled(timer.startedEventId);
    return undefined;
  }
  // It fired while this workflow task ran. The worker has not seen that and never will: the cancellation wins.
  const fired = bufferedFiring(draft.state, timerId);
  if (fired === undefined) {
    return badAttributes(
      cause,
      `invalid history builder state for action: add-timer-canceled-event, TimerID: ${timerId}`,
    );
  }
  draft.record({ kind: 'bufferedTimerFiringDropped', timerId });
  writeCanceled(fired.timerFiredEventAttributes?.startedEventId ?? 0);
  return undefined;

  function writeCanceled(startedEventId: number): void {
    draft.event(EventType.EVENT_TYPE_TIMER_CANCELED, {
      timerCanceledEventAttributes: { timerId, startedEventId, workflowTaskCompletedEventId, identity: batch.identity },
    });
  }
};

function bufferedFiring(state: ExecutionState, timerId: string): history.IHistoryEvent | undefined {
  return state.bufferedEvents.find(({ event }) => event.timerFiredEventAttributes?.timerId === timerId)?.event;
}
