import { durationToMs, enums, timestampToMs, type history } from '@perdure/protocol';
import { eventTypeName } from './transcript.js';

const { EventType } = enums;
type Event = history.IHistoryEvent;

const TERMINAL: ReadonlySet<enums.EventType> = new Set([
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
]);

const TASK_ENDS: ReadonlySet<enums.EventType> = new Set([
  EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
  EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
  EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
]);

/** Whether an event of this type ends a run. */
export function isTerminal(type: enums.EventType | null | undefined): boolean {
  return TERMINAL.has(type ?? 0);
}

/** Everything that is wrong with a history: what no worker could replay, or no server should write. */
export function historyProblems(events: readonly Event[]): string[] {
  return new HistoryChecker(events).problems();
}

type Attributes = Readonly<Record<string, unknown>>;

class HistoryChecker {
  private readonly found: string[] = [];
  private readonly activities = new Map<number, { startedEventId: number; cancelRequestedEventId: number }>();
  private readonly timers = new Map<number, { timerId: string; dueMs: number }>();
  private readonly children = new Map<number, number>();
  private readonly externals = new Set<number>();
  /** Pending operations: whether each has started, and the cancel request it had. */
  private readonly operations = new Map<number, { started: boolean; cancelRequestedEventId: number }>();
  private readonly updates = new Map<string, { acceptedEventId: number; completed: boolean }>();

  constructor(private readonly events: readonly Event[]) {}

  problems(): string[] {
    const [first] = this.events;
    if (first !== undefined && first.eventType !== EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED)
      this.complain(first, 'is the first event');
    for (const [index, event] of this.events.entries()) {
      if (event.eventId !== index + 1) this.complain(event, `stands at place ${index + 1}`);
      if (index > 0 && event.eventType === EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED)
        this.complain(event, 'starts the run again');
      if (isTerminal(event.eventType) && index !== this.events.length - 1)
        this.complain(event, 'ends the run but is not the last event');
      const previous = this.events[index - 1];
      if (previous?.eventType === EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED && !TASK_ENDS.has(event.eventType ?? 0)) {
        this.complain(event, 'stands between the start of a workflow task and its end');
      }
      this.checkCommandEvent(event);
      this.check(event);
    }
    return this.found;
  }

  private complain(event: Event, what: string): void {
    this.found.push(`${event.eventId} ${eventTypeName(event.eventType)}: ${what}`);
  }

  private at(eventId: number | null | undefined): Event | undefined {
    return this.events[(eventId ?? 0) - 1];
  }

  private expect(event: Event, eventId: number | null | undefined, type: enums.EventType): void {
    const target = this.at(eventId);
    const isBefore = (eventId ?? 0) < (event.eventId ?? 0);
    if (target?.eventType !== type || !isBefore)
      this.complain(event, `refers to event ${eventId} as ${eventTypeName(type)}`);
  }

  /** What a workflow task decided names the completion of that task. */
  private checkCommandEvent(event: Event): void {
    const attributes = attributesOf(event);
    const completed = attributes['workflowTaskCompletedEventId'];
    if (typeof completed !== 'number' || completed === 0) return;
    this.expect(event, completed, EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED);
  }

  private check(event: Event): void {
    this.checkWorkflowTask(event);
    this.checkActivity(event);
    this.checkTimer(event);
    this.checkChild(event);
    this.checkExternal(event);
    this.checkNexus(event);
    this.checkUpdate(event);
  }

  private checkWorkflowTask(event: Event): void {
    const { EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, EVENT_TYPE_WORKFLOW_TASK_STARTED } = EventType;
    const started = event.workflowTaskStartedEventAttributes;
    if (started != null) this.expect(event, started.scheduledEventId, EVENT_TYPE_WORKFLOW_TASK_SCHEDULED);
    const ended =
      event.workflowTaskCompletedEventAttributes ??
      event.workflowTaskFailedEventAttributes ??
      event.workflowTaskTimedOutEventAttributes;
    if (ended == null) return;
    this.expect(event, ended.scheduledEventId, EVENT_TYPE_WORKFLOW_TASK_SCHEDULED);
    const neverStarted =
      event.workflowTaskTimedOutEventAttributes?.timeoutType === enums.TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START;
    if (!neverStarted) this.expect(event, ended.startedEventId, EVENT_TYPE_WORKFLOW_TASK_STARTED);
    else if (ended.startedEventId !== 0) this.complain(event, 'was never started');
  }

  private checkActivity(event: Event): void {
    if (event.activityTaskScheduledEventAttributes != null)
      this.activities.set(event.eventId ?? 0, { startedEventId: 0, cancelRequestedEventId: 0 });
    const started = event.activityTaskStartedEventAttributes;
    if (started != null) {
      const activity = this.activities.get(started.scheduledEventId ?? 0);
      if (activity === undefined || activity.startedEventId !== 0) this.complain(event, 'starts no open activity');
      else activity.startedEventId = event.eventId ?? 0;
    }
    const requested = event.activityTaskCancelRequestedEventAttributes;
    if (requested != null) {
      const target = this.at(requested.scheduledEventId);
      if (target?.activityTaskScheduledEventAttributes == null) this.complain(event, 'cancels what is no activity');
      const activity = this.activities.get(requested.scheduledEventId ?? 0);
      if (activity !== undefined) activity.cancelRequestedEventId = event.eventId ?? 0;
    }
    const closed =
      event.activityTaskCompletedEventAttributes ??
      event.activityTaskFailedEventAttributes ??
      event.activityTaskTimedOutEventAttributes ??
      event.activityTaskCanceledEventAttributes;
    if (closed == null) return;
    const activity = this.activities.get(closed.scheduledEventId ?? 0);
    if (activity === undefined) this.complain(event, 'closes no open activity');
    else if (activity.startedEventId !== closed.startedEventId)
      this.complain(event, `names start ${closed.startedEventId}, not ${activity.startedEventId}`);
    const canceled = event.activityTaskCanceledEventAttributes;
    if (canceled != null && canceled.latestCancelRequestedEventId !== activity?.cancelRequestedEventId)
      this.complain(event, 'names another cancel request');
    this.activities.delete(closed.scheduledEventId ?? 0);
  }

  private checkTimer(event: Event): void {
    const started = event.timerStartedEventAttributes;
    if (started != null) {
      const dueMs = timeOf(event) + (durationToMs(started.startToFireTimeout) ?? 0);
      this.timers.set(event.eventId ?? 0, { timerId: started.timerId ?? '', dueMs });
    }
    const ended = event.timerFiredEventAttributes ?? event.timerCanceledEventAttributes;
    if (ended == null) return;
    const timer = this.timers.get(ended.startedEventId ?? 0);
    if (timer === undefined || timer.timerId !== ended.timerId) this.complain(event, 'ends no running timer');
    else if (event.timerFiredEventAttributes != null && timeOf(event) < timer.dueMs)
      this.complain(event, 'fires early');
    this.timers.delete(ended.startedEventId ?? 0);
  }

  private checkChild(event: Event): void {
    if (event.startChildWorkflowExecutionInitiatedEventAttributes != null) this.children.set(event.eventId ?? 0, 0);
    const failed = event.startChildWorkflowExecutionFailedEventAttributes;
    const started = event.childWorkflowExecutionStartedEventAttributes;
    const beginning = started ?? failed;
    if (beginning != null) {
      const initiated = beginning.initiatedEventId ?? 0;
      if (this.children.get(initiated) !== 0) this.complain(event, 'starts no child that was asked for');
      if (started != null) this.children.set(initiated, event.eventId ?? 0);
      else this.children.delete(initiated);
    }
    const closed =
      event.childWorkflowExecutionCompletedEventAttributes ??
      event.childWorkflowExecutionFailedEventAttributes ??
      event.childWorkflowExecutionCanceledEventAttributes ??
      event.childWorkflowExecutionTimedOutEventAttributes ??
      event.childWorkflowExecutionTerminatedEventAttributes;
    if (closed == null) return;
    const startedEventId = this.children.get(closed.initiatedEventId ?? 0);
    if (startedEventId === undefined || startedEventId === 0 || startedEventId !== closed.startedEventId)
      this.complain(event, `closes a child started by ${startedEventId}`);
    this.children.delete(closed.initiatedEventId ?? 0);
  }

  private checkExternal(event: Event): void {
    const initiated =
      event.signalExternalWorkflowExecutionInitiatedEventAttributes ??
      event.requestCancelExternalWorkflowExecutionInitiatedEventAttributes;
    if (initiated != null) this.externals.add(event.eventId ?? 0);
    const closed =
      event.externalWorkflowExecutionSignaledEventAttributes ??
      event.signalExternalWorkflowExecutionFailedEventAttributes ??
      event.externalWorkflowExecutionCancelRequestedEventAttributes ??
      event.requestCancelExternalWorkflowExecutionFailedEventAttributes;
    if (closed != null && !this.externals.delete(closed.initiatedEventId ?? 0))
      this.complain(event, 'answers no open request');
  }

  private checkNexus(event: Event): void {
    if (event.nexusOperationScheduledEventAttributes != null)
      this.operations.set(event.eventId ?? 0, { started: false, cancelRequestedEventId: 0 });
    const started = event.nexusOperationStartedEventAttributes;
    if (started != null) {
      const operation = this.operations.get(started.scheduledEventId ?? 0);
      if (operation === undefined || operation.started) this.complain(event, 'starts no operation that waits for it');
      else operation.started = true;
    }
    const requested = event.nexusOperationCancelRequestedEventAttributes;
    if (requested != null) {
      const target = this.at(requested.scheduledEventId);
      if (target?.nexusOperationScheduledEventAttributes == null) this.complain(event, 'cancels what is no operation');
      const operation = this.operations.get(requested.scheduledEventId ?? 0);
      if (operation?.cancelRequestedEventId) this.complain(event, 'cancels a second time');
      if (operation !== undefined) operation.cancelRequestedEventId = event.eventId ?? 0;
    }
    const answered =
      event.nexusOperationCancelRequestCompletedEventAttributes ??
      event.nexusOperationCancelRequestFailedEventAttributes;
    if (answered != null) {
      const operation = this.operations.get(answered.scheduledEventId ?? 0);
      if (operation?.started !== true || operation.cancelRequestedEventId !== answered.requestedEventId)
        this.complain(event, 'answers no cancel request of a started operation');
    }
    const ended =
      event.nexusOperationCompletedEventAttributes ??
      event.nexusOperationFailedEventAttributes ??
      event.nexusOperationCanceledEventAttributes ??
      event.nexusOperationTimedOutEventAttributes;
    if (ended != null && !this.operations.delete(ended.scheduledEventId ?? 0))
      this.complain(event, 'ends no pending operation');
  }

  private checkUpdate(event: Event): void {
    const accepted = event.workflowExecutionUpdateAcceptedEventAttributes;
    if (accepted != null) {
      const id = accepted.protocolInstanceId ?? '';
      if (this.updates.has(id)) this.complain(event, 'accepts an update twice');
      this.updates.set(id, { acceptedEventId: event.eventId ?? 0, completed: false });
    }
    const completed = event.workflowExecutionUpdateCompletedEventAttributes;
    if (completed == null) return;
    const entry = this.updates.get(completed.meta?.updateId ?? '');
    if (entry === undefined || entry.completed || entry.acceptedEventId !== completed.acceptedEventId)
      this.complain(event, 'completes no accepted update');
    else entry.completed = true;
  }
}

/** When an event happened. Epoch milliseconds. */
export function timeOf(event: Event): number {
  return timestampToMs(event.eventTime) ?? 0;
}

function attributesOf(event: Event): Attributes {
  const found = Object.entries(event).find(([name, value]) => name.endsWith('EventAttributes') && value != null);
  return (found?.[1] ?? {}) as Attributes;
}
