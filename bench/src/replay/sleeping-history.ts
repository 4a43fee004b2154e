import { enums, history } from '@perdure/protocol';

const type = enums.EventType;

/** The history of a run that sleeps again and again: five events and one activation a round, and no end. */
export function sleepingHistory(eventCount: number): history.History {
  const events: history.IHistoryEvent[] = [];
  const write = (eventType: enums.EventType, attributes: history.IHistoryEvent = {}): number => {
    const eventId = events.length + 1;
    events.push({ eventId, eventType, eventTime: { seconds: 1_700_000_000 + eventId }, ...attributes });
    return eventId;
  };
  const taskQueue = { name: 'replayed', kind: enums.TaskQueueKind.TASK_QUEUE_KIND_NORMAL };
  write(type.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, {
    workflowExecutionStartedEventAttributes: {
      ...{ workflowType: { name: 'sleeps' }, workflowId: 'sleeps', taskQueue, attempt: 1 },
      ...{ originalExecutionRunId: 'run', firstExecutionRunId: 'run', workflowTaskTimeout: { seconds: 10 } },
    },
  });
  for (let round = 1; events.length + 5 < eventCount; round += 1) {
    const scheduledEventId = write(type.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, {
      workflowTaskScheduledEventAttributes: { taskQueue, attempt: 1 },
    });
    const startedEventId = write(type.EVENT_TYPE_WORKFLOW_TASK_STARTED, {
      workflowTaskStartedEventAttributes: { scheduledEventId },
    });
    const workflowTaskCompletedEventId = write(type.EVENT_TYPE_WORKFLOW_TASK_COMPLETED, {
      workflowTaskCompletedEventAttributes: { scheduledEventId, startedEventId },
    });
    const timerId = String(round);
    const startToFireTimeout = { seconds: 1 };
    const timer = write(type.EVENT_TYPE_TIMER_STARTED, {
      timerStartedEventAttributes: { timerId, startToFireTimeout, workflowTaskCompletedEventId },
    });
    write(type.EVENT_TYPE_TIMER_FIRED, { timerFiredEventAttributes: { timerId, startedEventId: timer } });
  }
  return history.History.decode(history.History.encode({ events }).slice());
}
