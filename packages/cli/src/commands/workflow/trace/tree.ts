import { objectAt, textAt, type JsonObject } from '../../../json.js';
import { failureText } from '../../../payloads.js';
import { attributesOf } from '../history.js';
import { eventName } from '../names.js';

/** How far something got. */
export type State =
  'scheduled' | 'running' | 'completed' | 'failed' | 'timed out' | 'canceled' | 'terminated' | 'continued as new';

/** An activity, a timer or a child workflow of an execution. */
export interface Step {
  readonly kind: 'activity' | 'timer' | 'child';
  readonly name: string;
  readonly id: string;
  state: State;
  startedAt: string;
  endedAt: string;
  /** Why it failed. */
  reason: string;
  /** For a child that has started. */
  execution: Execution | undefined;
}

/** One execution as the trace knows it: what its events say, and below it its children. */
export interface Execution {
  readonly workflowId: string;
  runId: string;
  type: string;
  state: State;
  startedAt: string;
  endedAt: string;
  reason: string;
  /** How many runs it had before this one. */
  earlierRuns: number;
  /** By the id of the event that began each. */
  readonly steps: Map<string, Step>;
}

/** An execution of which nothing is known but its name. */
export function newExecution(workflowId: string, runId: string): Execution {
  return {
    workflowId,
    runId,
    type: '',
    state: 'running',
    startedAt: '',
    endedAt: '',
    reason: '',
    earlierRuns: 0,
    steps: new Map(),
  };
}

const ENDINGS: Readonly<Record<string, State>> = {
  Completed: 'completed',
  Failed: 'failed',
  TimedOut: 'timed out',
  Canceled: 'canceled',
  Terminated: 'terminated',
  ContinuedAsNew: 'continued as new',
};

/** What an event tells the trace to follow from now on. */
export interface News {
  /** A child that started. */
  readonly child?: Execution;
  /** The run that goes on in place of this one. */
  readonly nextRunId?: string;
}

/** Takes in one event of the history of the execution. */
export function observe(execution: Execution, event: JsonObject): News {
  const name = eventName(event);
  const attributes = attributesOf(event);
  const time = textAt(event, 'eventTime');
  if (name === 'WorkflowExecutionStarted') {
    execution.type = textAt(attributes, 'workflowType.name');
    execution.startedAt ||= time;
    return {};
  }
  const [, ending] =
    /^WorkflowExecution(Completed|Failed|TimedOut|Canceled|Terminated|ContinuedAsNew)$/.exec(name) ?? [];
  if (ending !== undefined) return close(execution, ENDINGS[ending] ?? 'completed', attributes, time);
  return observeStep(execution, name, event, attributes, time);
}

function close(execution: Execution, state: State, attributes: JsonObject, time: string): News {
  execution.state = state;
  execution.endedAt = time;
  execution.reason = reasonOf(attributes);
  const nextRunId = textAt(attributes, 'newExecutionRunId');
  if (nextRunId === '') return {};
  execution.runId = nextRunId;
  execution.earlierRuns++;
  execution.state = 'running';
  execution.endedAt = '';
  execution.reason = '';
  execution.steps.clear();
  return { nextRunId };
}

function observeStep(
  execution: Execution,
  name: string,
  event: JsonObject,
  attributes: JsonObject,
  time: string,
): News {
  const begun = begin(name, attributes, time);
  if (begun !== undefined) execution.steps.set(textAt(event, 'eventId'), begun);
  const beganWith = ['scheduledEventId', 'initiatedEventId', 'startedEventId'].map((field) =>
    textAt(attributes, field),
  );
  const step = beganWith.map((id) => execution.steps.get(id)).find((found) => found !== undefined);
  if (step === undefined || begun !== undefined) return {};
  if (name.endsWith('Started')) {
    step.state = 'running';
    if (step.kind !== 'child') return {};
    const { workflowId, runId } = objectAt(attributes, 'workflowExecution');
    step.execution = newExecution(String(workflowId), String(runId));
    return { child: step.execution };
  }
  const [, ending] = /(Completed|Failed|TimedOut|Canceled|Terminated|Fired)$/.exec(name) ?? [];
  if (ending === undefined) return {};
  step.state = ENDINGS[ending] ?? 'completed';
  step.endedAt = time;
  step.reason = reasonOf(attributes);
  return {};
}

function begin(name: string, attributes: JsonObject, time: string): Step | undefined {
  const common = { state: 'scheduled' as const, startedAt: time, endedAt: '', reason: '', execution: undefined };
  switch (name) {
    case 'ActivityTaskScheduled':
      return {
        ...common,
        kind: 'activity',
        name: textAt(attributes, 'activityType.name'),
        id: textAt(attributes, 'activityId'),
      };
    case 'TimerStarted':
      return {
        ...common,
        kind: 'timer',
        state: 'running',
        name: textAt(attributes, 'startToFireTimeout'),
        id: textAt(attributes, 'timerId'),
      };
    case 'StartChildWorkflowExecutionInitiated':
      return {
        ...common,
        kind: 'child',
        name: textAt(attributes, 'workflowType.name'),
        id: textAt(attributes, 'workflowId'),
      };
    default:
      return undefined;
  }
}

function reasonOf(attributes: JsonObject): string {
  if (attributes['failure'] !== undefined) return failureText(attributes['failure']);
  return textAt(attributes, 'reason');
}
