import { enums, type command, type common, type protocol, type workflowservice } from '@perdure/protocol';
import { reject } from '../../rejection.js';
import { applyCommand, type CommandBatch, type CommandFailure } from '../commands/index.js';
import type { Decision } from '../decision.js';
import { Draft } from '../draft.js';
import { isClosed, type ExecutionState, type WorkflowTaskState } from '../state.js';
import type { DecideContext, Transition } from '../transition.js';
import { applyAnswer, decodeAnswer, UNPROCESSED_UPDATE, type UpdateRejection } from '../updates.js';
import { startActivities } from './activity-start.js';
import { enforceHistoryLimits, terminateRun } from './close.js';
import { flushBufferedEvents } from './buffered-events.js';
import { malformedSequence } from './command-sequence.js';
import { startWorkflowTask } from './start-workflow-task.js';
import {
  failWorkflowTask,
  scheduleHeartbeatWorkflowTask,
  scheduleSpeculativeWorkflowTask,
  scheduleWorkflowTask,
  timeOutStartedWorkflowTask,
} from './workflow-task.js';
import { writeWorkflowTaskEvents } from './workflow-task-events.js';
import { matchWorkflowTask, type WorkflowTaskIdentity } from './workflow-task-token.js';

const { CommandType, EventType, WorkflowTaskFailedCause } = enums;

/** A worker's answer to a workflow task, and what it takes to judge it. */
export interface CompleteWorkflowTask {
  readonly task: WorkflowTaskIdentity;
  readonly request: workflowservice.RespondWorkflowTaskCompletedRequest;
  readonly namespaceId: (name: string) => string | undefined;
  readonly nexusEndpointId: (name: string) => string | undefined;
  readonly invalidSearchAttributes: (attributes: common.ISearchAttributes | null | undefined) => string | undefined;
}

/** What the worker and others have to be told. */
export interface WorkflowTaskCompletion {
  /** The next workflow task is already running and goes back with the reply. */
  readonly startedNext: boolean;
  /** Activities already running, which go back with the reply. */
  readonly eagerActivities: readonly number[];
  readonly rejectedUpdates: readonly UpdateRejection[];
  /** The worker must forget the events after this one: its workflow task left no trace. 0 if not so. */
  readonly resetHistoryEventId: number;
  /** The commands were refused and the task has failed; the caller is told with this message. */
  readonly refused: string | undefined;
}

/** Applies what a worker decided: its commands and its answers to updates. */
export function completeWorkflowTask(
  state: ExecutionState,
  input: CompleteWorkflowTask,
  context: DecideContext,
): Decision<WorkflowTaskCompletion> {
  const task = matchWorkflowTask(state, input.task);
  if ('rejected' in task) return task;
  const malformed = malformedSequence(input.request);
  if (malformed !== undefined) return malformed;
  if (isDiscardable(state, task, input.request)) return discardSpeculative(state, input, context);
  const heartbeat = heartbeatStartMs(task, input.request);
  if (heartbeat !== undefined && context.nowMs - heartbeat > context.limits.workflowTaskHeartbeatTimeoutMs)
    return timeOutHeartbeat(state, context);

  const draft = new Draft(state, context);
  const completion = new Completion(draft, task, input);
  const refused = completion.applyCommands();
  if (refused?.rejects !== undefined) return reject(refused.rejects, refused.message);
  if (refused !== undefined) return refuse(state, input, refused, context);
  return completion.finish(heartbeat);
}

/** Only rejected updates, and nothing else happened: the task need not have existed. */
function isDiscardable(
  state: ExecutionState,
  task: WorkflowTaskState,
  request: workflowservice.RespondWorkflowTaskCompletedRequest,
): boolean {
  if (task.kind !== 'speculative' || request.commands.length > 0 || request.forceCreateNewWorkflowTask) return false;
  if (
    state.bufferedEvents.length > 0 ||
    !request.messages.every((message) => decodeAnswer(message).kind === 'rejection')
  )
    return false;
  const workerCanForgetEvents = request.capabilities?.discardSpeculativeWorkflowTaskWithEvents === true;
  return workerCanForgetEvents || state.nextEventId === state.lastCompletedWorkflowTaskEventId + 1;
}

function discardSpeculative(
  state: ExecutionState,
  input: CompleteWorkflowTask,
  context: DecideContext,
): Decision<WorkflowTaskCompletion> {
  const draft = new Draft(state, context);
  const rejectedUpdates: UpdateRejection[] = [];
  for (const message of input.request.messages) {
    const answer = decodeAnswer(message);
    if (answer.kind !== 'rejection' || state.updates.get(answer.updateId)?.phase !== 'sent') continue;
    draft.record({ kind: 'updateDropped', updateId: answer.updateId });
    rejectedUpdates.push({ updateId: answer.updateId, failure: answer.body.failure ?? { message: 'update rejected' } });
  }
  rejectUnprocessed(draft, rejectedUpdates);
  draft.record({ kind: 'workflowTaskDropped', nextAttempt: 1 });
  applySticky(draft, input.request);
  if (hasAdmittedUpdate(draft.state)) scheduleSpeculativeWorkflowTask(draft);
  const startedNext = startNextInline(draft, input.request);
  const result = { ...NOTHING, rejectedUpdates, startedNext, resetHistoryEventId: state.previousStartedEventId };
  return { transitions: [draft.finish()], result };
}

const NOTHING: WorkflowTaskCompletion = {
  startedNext: false,
  eagerActivities: [],
  rejectedUpdates: [],
  resetHistoryEventId: 0,
  refused: undefined,
};

/** Start of the chain of tasks that a worker keeps alive while a local activity runs; `undefined` if this is none. */
function heartbeatStartMs(
  task: WorkflowTaskState,
  request: workflowservice.RespondWorkflowTaskCompletedRequest,
): number | undefined {
  const isHeartbeat =
    request.forceCreateNewWorkflowTask && request.commands.length === 0 && request.messages.length === 0;
  return isHeartbeat ? task.originalScheduledTimeMs : undefined;
}

function timeOutHeartbeat(state: ExecutionState, context: DecideContext): Decision<WorkflowTaskCompletion> {
  const draft = new Draft(state, context);
  timeOutStartedWorkflowTask(draft);
  return { transitions: [draft.finish()], result: { ...NOTHING, refused: 'workflow task heartbeat timeout' } };
}

/** The task fails with the cause of the first bad command; what came before it is forgotten. */
function refuse(
  state: ExecutionState,
  input: CompleteWorkflowTask,
  refused: CommandFailure,
  context: DecideContext,
): Decision<WorkflowTaskCompletion> {
  const draft = new Draft(state, context);
  failWorkflowTask(draft, {
    cause: refused.cause,
    failure: { message: refused.message, serverFailureInfo: {} },
    identity: input.request.identity,
    binaryChecksum: input.request.binaryChecksum,
    workerVersion: input.request.workerVersionStamp,
  });
  if (refused.terminates === true)
    terminateRun(draft, { reason: refused.message, details: undefined, identity: 'history-service' });
  return { transitions: [draft.finish()], result: { ...NOTHING, refused: refused.message } };
}

function applySticky(draft: Draft, request: workflowservice.RespondWorkflowTaskCompletedRequest): void {
  const name = request.stickyAttributes?.workerTaskQueue?.name ?? '';
  const timeout = request.stickyAttributes?.scheduleToStartTimeout;
  const scheduleToStartTimeoutMs = timeout == null ? 0 : timeout.seconds * 1000 + timeout.nanos / 1e6;
  const { sticky } = draft.state;
  if (name === '') {
    if (sticky !== undefined) draft.record({ kind: 'stickyQueueCleared' });
  } else if (sticky?.name !== name || sticky.scheduleToStartTimeoutMs !== scheduleToStartTimeoutMs) {
    draft.record({ kind: 'stickyQueueSet', name, scheduleToStartTimeoutMs });
  }
}

function hasAdmittedUpdate(state: ExecutionState): boolean {
  for (const entry of state.updates.values()) if (entry.phase === 'admitted') return true;
  return false;
}

function rejectUnprocessed(draft: Draft, rejectedUpdates: UpdateRejection[]): void {
  for (const entry of [...draft.state.updates.values()]) {
    if (entry.phase !== 'sent') continue;
    draft.record({ kind: 'updateDropped', updateId: entry.updateId });
    rejectedUpdates.push({ updateId: entry.updateId, failure: UNPROCESSED_UPDATE });
  }
}

function startNextInline(draft: Draft, request: workflowservice.RespondWorkflowTaskCompletedRequest): boolean {
  const next = draft.state.workflowTask;
  if (!request.returnNewWorkflowTask || next === undefined || next.startedEventId !== 0) return false;
  startWorkflowTask(draft, { requestId: draft.context.newId(), identity: request.identity });
  return true;
}

/** One completion on its way: commands and messages in the order the worker gave them. */
class Completion {
  private readonly rejectedUpdates: UpdateRejection[] = [];
  private readonly batch: CommandBatch;
  private readonly messages: Map<string, protocol.IMessage>;
  private readonly openedRuns: Transition[] = [];

  constructor(
    private readonly draft: Draft,
    task: WorkflowTaskState,
    private readonly input: CompleteWorkflowTask,
  ) {
    const { request } = input;
    if (task.kind !== 'normal') writeWorkflowTaskEvents(draft);
    const written = draft.state.workflowTask ?? task;
    const workflowTaskCompletedEventId = this.writeCompleted(written);
    applySticky(draft, request);
    this.messages = new Map(request.messages.map((message) => [message.id, message]));
    this.batch = {
      draft,
      workflowTaskCompletedEventId,
      identity: request.identity,
      namespaceId: input.namespaceId,
      nexusEndpointId: input.nexusEndpointId,
      invalidSearchAttributes: input.invalidSearchAttributes,
      allowsEagerActivities: true,
      eagerActivities: [],
      needsWorkflowTask: false,
      openedRuns: this.openedRuns,
    };
  }

  private writeCompleted(task: WorkflowTaskState): number {
    const { request } = this.input;
    return this.draft.event(EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED, {
      workflowTaskCompletedEventAttributes: {
        scheduledEventId: task.scheduledEventId,
        startedEventId: task.startedEventId,
        identity: request.identity,
        binaryChecksum: request.binaryChecksum,
        workerVersion: request.workerVersionStamp,
        sdkMetadata: request.sdkMetadata,
        meteringMetadata: request.meteringMetadata,
        versioningBehavior: request.versioningBehavior,
      },
    });
  }

  applyCommands(): CommandFailure | undefined {
    for (const given of this.input.request.commands) {
      if (isClosed(this.draft.state) && given.commandType !== CommandType.COMMAND_TYPE_PROTOCOL_MESSAGE) break;
      const refused = this.applyOne(given);
      if (refused !== undefined) return refused;
    }
    // Messages that no command placed come after the commands, in their own order.
    for (const message of this.messages.values()) {
      if (isClosed(this.draft.state)) break;
      const refused = applyAnswer(this.batch, message, this.rejectedUpdates);
      if (refused !== undefined) return refused;
    }
    return undefined;
  }

  private applyOne(given: command.ICommand): CommandFailure | undefined {
    if (given.commandType !== CommandType.COMMAND_TYPE_PROTOCOL_MESSAGE) return applyCommand(this.batch, given);
    const messageId = given.protocolMessageCommandAttributes?.messageId ?? '';
    const message = this.messages.get(messageId);
    if (message === undefined) {
      const cause = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_BAD_UPDATE_WORKFLOW_EXECUTION_MESSAGE;
      return {
        cause,
        message: `BadUpdateWorkflowExecutionMessage: ProtocolMessageCommand referenced absent message ID ${messageId}`,
      };
    }
    this.messages.delete(messageId);
    return applyAnswer(this.batch, message, this.rejectedUpdates);
  }

  finish(heartbeatMs: number | undefined): Decision<WorkflowTaskCompletion> {
    const { draft, batch, input, rejectedUpdates } = this;
    if (isClosed(draft.state)) {
      return { transitions: [draft.finish(), ...this.openedRuns], result: { ...NOTHING, rejectedUpdates } };
    }
    if (!input.request.forceCreateNewWorkflowTask) rejectUnprocessed(draft, rejectedUpdates);
    startActivities(draft, batch.eagerActivities, input.request.identity);
    const flushed = flushBufferedEvents(draft);
    if (flushed > 0 || batch.needsWorkflowTask) scheduleWorkflowTask(draft);
    else if (input.request.forceCreateNewWorkflowTask) scheduleHeartbeatWorkflowTask(draft, heartbeatMs ?? draft.nowMs);
    else if (hasAdmittedUpdate(draft.state)) scheduleSpeculativeWorkflowTask(draft);
    enforceHistoryLimits(draft);
    const startedNext = startNextInline(draft, input.request);
    const result: WorkflowTaskCompletion = {
      ...NOTHING,
      startedNext,
      eagerActivities: batch.eagerActivities,
      rejectedUpdates,
    };
    return { transitions: [draft.finish()], result };
  }
}
