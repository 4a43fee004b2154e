import { enums, type history } from '@perdure/protocol';
import type { WorkflowActivation, WorkflowCommand } from '@perdure/common/activation';
import type { WorkflowReplay } from '../workflow-replay.js';
import { eventOf } from './fake-context.js';

type EventName = keyof typeof enums.EventType extends `EVENT_TYPE_${infer Name}` ? Name : never;

/** A history, written event by event. */
export class HistoryScript {
  readonly events: history.HistoryEvent[] = [];

  /** The start of a run. */
  static started(): HistoryScript {
    return new HistoryScript().add('WORKFLOW_EXECUTION_STARTED', {
      workflowExecutionStartedEventAttributes: { workflowType: { name: 'checkout' }, workflowId: 'checkout-1' },
    });
  }

  /** One event, with the next number; a second passes with each. */
  add(type: EventName, event: history.IHistoryEvent = {}): this {
    const eventId = this.events.length + 1;
    const eventType = enums.EventType[`EVENT_TYPE_${type}`];
    this.events.push(eventOf({ eventId, eventType, eventTime: { seconds: eventId }, ...event }));
    return this;
  }

  /** A workflow task that waits for its answer. */
  task(): this {
    return this.add('WORKFLOW_TASK_SCHEDULED').add('WORKFLOW_TASK_STARTED', {
      workflowTaskStartedEventAttributes: { historySizeBytes: 100 },
    });
  }

  /** The workflow task was answered. */
  completed(completed: history.IWorkflowTaskCompletedEventAttributes = {}): this {
    const sdkMetadata = { coreUsedFlags: [1, 2, 3], sdkName: 'test', sdkVersion: '1' };
    return this.add('WORKFLOW_TASK_COMPLETED', {
      workflowTaskCompletedEventAttributes: { sdkMetadata, ...completed },
    });
  }

  timerStarted(timerId: string): this {
    return this.add('TIMER_STARTED', { timerStartedEventAttributes: { timerId } });
  }

  timerFired(startedEventId: number): this {
    return this.add('TIMER_FIRED', { timerFiredEventAttributes: { startedEventId } });
  }

  signaled(signalName: string): this {
    return this.add('WORKFLOW_EXECUTION_SIGNALED', { workflowExecutionSignaledEventAttributes: { signalName } });
  }
}

/** What workflow code does when it is woken up. */
export type Code = (activation: WorkflowActivation) => readonly WorkflowCommand[];

/** Runs workflow code until it has nothing to do; gives what it was told. */
export function run(
  replay: WorkflowReplay,
  code: Code,
  usedInternalFlags: readonly number[] = [],
): WorkflowActivation[] {
  const activations: WorkflowActivation[] = [];
  for (let next = replay.nextActivation(); next !== undefined; next = replay.nextActivation()) {
    activations.push(next);
    replay.completeActivation({ commands: code(next), usedInternalFlags, versioningBehavior: 0 });
  }
  return activations;
}

/** A timer of a second. */
export function timer(seq: number): WorkflowCommand {
  return { kind: 'startTimer', seq, startToFireTimeout: { seconds: 1 } };
}
