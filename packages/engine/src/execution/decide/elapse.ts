import { enums } from '@perdure/protocol';
import type { Accepted } from '../decision.js';
import { Draft } from '../draft.js';
import { duesUntil, isStillDue, type Due } from '../due.js';
import type { ExecutionState } from '../state.js';
import type { DecideContext, Transition } from '../transition.js';
import { timeOutActivity } from './activity-close.js';
import { enforceHistoryLimits, timeOutRun } from './close.js';
import {
  scheduleFirstWorkflowTask,
  scheduleWorkflowTask,
  timeOutStartedWorkflowTask,
  timeOutStickyWorkflowTask,
} from './workflow-task.js';
import { writeOutsideEvent } from './write-event.js';

const { EventType } = enums;

/** Lets everything happen whose time has come, in the order in which it was due. */
export function elapse(state: ExecutionState, context: DecideContext): Accepted<undefined> {
  const draft = new Draft(state, context);
  const openedRuns: Transition[] = [];
  for (let due = duesUntil(state, context.nowMs); due.length > 0; due = duesUntil(draft.state, context.nowMs)) {
    for (const each of due) if (isStillDue(draft.state, each)) happen(draft, each, openedRuns);
  }
  enforceHistoryLimits(draft);
  return { transitions: [draft.finish(), ...openedRuns], result: undefined };
}

function happen(draft: Draft, due: Due, openedRuns: Transition[]): void {
  switch (due.kind) {
    case 'timer':
      fireTimer(draft, due.timerId);
      return;
    case 'activityRetry': {
      const activity = draft.state.activities.get(due.scheduledEventId);
      draft.record({ kind: 'activityBackoffEnded', scheduledEventId: due.scheduledEventId });
      if (activity !== undefined)
        draft.effect({ kind: 'activityTask', scheduledEventId: due.scheduledEventId, stamp: activity.stamp });
      return;
    }
    case 'activityTimeout': {
      const activity = draft.state.activities.get(due.scheduledEventId);
      if (activity !== undefined) timeOutActivity(draft, activity, due.timeoutType);
      return;
    }
    case 'workflowTaskTimeout':
      timeOutStartedWorkflowTask(draft);
      return;
    case 'stickyTimeout':
      timeOutStickyWorkflowTask(draft);
      return;
    case 'firstWorkflowTask':
      scheduleFirstWorkflowTask(draft);
      return;
    case 'runTimeout':
      openedRuns.push(...timeOutRun(draft, due.isExecutionTimeout));
      return;
    default:
      due satisfies never;
  }
}

function fireTimer(draft: Draft, timerId: string): void {
  const timer = draft.state.timers.get(timerId);
  if (timer === undefined) return;
  writeOutsideEvent(draft, EventType.EVENT_TYPE_TIMER_FIRED, {
    timerFiredEventAttributes: { timerId, startedEventId: timer.startedEventId },
  });
  scheduleWorkflowTask(draft);
}
