import { enums } from '@perdure/protocol';
import type { Accepted } from '../decision.js';
import { Draft } from '../draft.js';
import { duesUntil, isStillDue, type Due } from '../due.js';
import type { ExecutionState } from '../state.js';
import type { DecideContext, Transition } from '../transition.js';
import { timeOutActivity } from './activity-close.js';
import { enforceHistoryLimits, timeOutRun } from './close.js';
import { happenNexus } from './nexus-due.js';
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
    let hasNews = false;
    for (const each of due) if (isStillDue(draft.state, each)) hasNews = happen(draft, each, openedRuns) || hasNews;
    // One workflow task shows everything that happened at once.
    if (hasNews) scheduleWorkflowTask(draft);
  }
  enforceHistoryLimits(draft);
  return { transitions: [draft.finish(), ...openedRuns], result: undefined };
}

/** Returns whether a workflow task has to show what happened. */
function happen(draft: Draft, due: Due, openedRuns: Transition[]): boolean {
  switch (due.kind) {
    case 'timer':
      return fireTimer(draft, due.timerId);
    case 'activityRetry': {
      const activity = draft.state.activities.get(due.scheduledEventId);
      draft.record({ kind: 'activityBackoffEnded', scheduledEventId: due.scheduledEventId });
      if (activity !== undefined)
        draft.effect({ kind: 'activityTask', scheduledEventId: due.scheduledEventId, stamp: activity.stamp });
      return false;
    }
    case 'activityTimeout': {
      const activity = draft.state.activities.get(due.scheduledEventId);
      return activity !== undefined && timeOutActivity(draft, activity, due.timeoutType);
    }
    case 'nexusRetry':
    case 'nexusTimeout':
    case 'callbackRetry':
      return happenNexus(draft, due);
    case 'workflowTaskTimeout':
      timeOutStartedWorkflowTask(draft);
      return false;
    case 'stickyTimeout':
      timeOutStickyWorkflowTask(draft);
      return false;
    case 'firstWorkflowTask':
      scheduleFirstWorkflowTask(draft);
      return false;
    case 'runTimeout':
      openedRuns.push(...timeOutRun(draft, due.isExecutionTimeout));
      return false;
    default:
      return due satisfies never;
  }
}

function fireTimer(draft: Draft, timerId: string): boolean {
  const timer = draft.state.timers.get(timerId);
  if (timer === undefined) return false;
  writeOutsideEvent(draft, EventType.EVENT_TYPE_TIMER_FIRED, {
    timerFiredEventAttributes: { timerId, startedEventId: timer.startedEventId },
  });
  return true;
}
