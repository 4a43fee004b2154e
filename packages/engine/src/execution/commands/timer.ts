import { durationToMs, enums } from '@perdure/protocol';
import { firstInvalid, invalidId } from '../../validate.js';
import { badAttributes, commandExtras, type CommandHandler } from './command.js';

const { EventType, WorkflowTaskFailedCause: Cause } = enums;

export const startTimer: CommandHandler = (batch, given) => {
  const attributes = given.startTimerCommandAttributes;
  const cause = Cause.WORKFLOW_TASK_FAILED_CAUSE_BAD_START_TIMER_ATTRIBUTES;
  if (attributes == null) return badAttributes(cause, 'StartTimerCommandAttributes is not set on StartTimerCommand.');
  const { draft, workflowTaskCompletedEventId } = batch;
  const timerId = attributes.timerId ?? '';
  const timeoutMs = durationToMs(attributes.startToFireTimeout) ?? 0;
  const invalid = firstInvalid(
    () => invalidId('TimerId', timerId, draft.context.limits),
    () => (timeoutMs >= 0 ? undefined : `Invalid StartToFireTimeout: ${timeoutMs / 1000} s is negative.`),
  );
  if (invalid !== undefined) return badAttributes(cause, invalid);
  if (draft.state.timers.has(timerId)) {
    return badAttributes(
      Cause.WORKFLOW_TASK_FAILED_CAUSE_START_TIMER_DUPLICATE_ID,
      `TimerId "${timerId}" is already in use by a running timer of this run.`,
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

export const cancelTimer: CommandHandler = (batch, given) => {
  const cause = Cause.WORKFLOW_TASK_FAILED_CAUSE_BAD_CANCEL_TIMER_ATTRIBUTES;
  const timerId = given.cancelTimerCommandAttributes?.timerId ?? '';
  const { draft, workflowTaskCompletedEventId } = batch;
  const invalid = invalidId('TimerId', timerId, draft.context.limits);
  if (invalid !== undefined) return badAttributes(cause, invalid);
  const timer = draft.state.timers.get(timerId);
  if (timer !== undefined) {
    writeCanceled(timer.startedEventId);
    return undefined;
  }
  // It fired while this workflow task ran. The worker has not seen that and never will: the cancellation wins.
  const fired = draft.state.bufferedEvents.find(({ event }) => event.timerFiredEventAttributes?.timerId === timerId);
  if (fired === undefined) return badAttributes(cause, `TimerId "${timerId}" names no running timer of this run.`);
  draft.record({ kind: 'bufferedTimerFiringDropped', timerId });
  writeCanceled(fired.event.timerFiredEventAttributes?.startedEventId ?? 0);
  return undefined;

  function writeCanceled(startedEventId: number): void {
    draft.event(EventType.EVENT_TYPE_TIMER_CANCELED, {
      timerCanceledEventAttributes: { timerId, startedEventId, workflowTaskCompletedEventId, identity: batch.identity },
    });
  }
};
