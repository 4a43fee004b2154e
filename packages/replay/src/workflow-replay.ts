import { enumName, enums, timestampToMs, type history, type protocol, type query } from '@perdure/protocol';
import type { ActivationJob, WorkflowActivation, WorkflowCommand } from '@perdure/common/activation';
import { LazyMap } from '@perdure/common/internal';
import { CommandQueue, isForeignMarker } from './command-queue.js';
import type { EventFollower, MachineContext, OutgoingCommand } from './context.js';
import { CorruptHistoryError, HistoryGapError, UnknownEventError } from './errors.js';
import { COMMAND_EVENTS, followedEventId } from './event-kinds.js';
import { initializeJob, outsideJob } from './outside-jobs.js';
import { inOrder } from './job-order.js';
import { LocalActivities, type LocalActivityEnd } from './local-activities.js';
import { Machines } from './machines/machines.js';
import { readLocalActivityMarker, type RecordedLocalActivity } from './machines/local-activity.js';
import { readPatchMarker } from './machines/patch.js';
import { readUpdateMessages, type IncomingUpdate } from './machines/update.js';
import { randomnessSeedOf } from './randomness-seed.js';
import { assertConsecutive, CLOSING, GOES_ON_AFTER, queryResultOf, recordedVersionOf } from './run-facts.js';
import { CORE_FLAGS, SdkMetadata } from './sdk-metadata.js';
import {
  LEGACY_QUERY_ID,
  type LocalActivityCancellation,
  type LocalActivityRequest,
  type LocalActivityResult,
  type WorkflowTaskAnswer,
  type WorkflowTaskInput,
} from './workflow-task.js';

type HistoryEvent = history.HistoryEvent;
const type = enums.EventType;

/** What a run's replay has to know beside its history. */
export interface WorkflowReplayOptions {
  readonly namespace: string;
  readonly runId: string;
  /** Recorded in the history when it changes. */
  readonly sdk: { readonly name: string; readonly version: string };
  /** The deployment version of this worker, if it has one. */
  readonly deploymentVersion?: { readonly deploymentName: string; readonly buildId: string } | undefined;
  /** Epoch milliseconds, for the times of local activities only. */
  readonly nowMs: () => number;
}

/**
 * One run, from the view of its worker: takes workflow tasks, wakes workflow code up, matches what it did with what history says
 * it did, and says what to answer. For each task: `startWorkflowTask`, then `nextActivation` and `completeActivation` in turn until
 * there is none, then `answer`. Local activities come out of `takeLocalActivityRequests` and back by `resolveLocalActivity`.
 *
 * Throws `HistoryGapError`, `CorruptHistoryError`, `UnknownEventError` and `NondeterminismError`; after any of them the run must be dropped
 * and replayed from its beginning.
 */
export class WorkflowReplay implements MachineContext {
  isReplaying = false;
  private readonly queue = new CommandQueue();
  private readonly followers = new LazyMap<number, EventFollower>();
  private readonly metadata = new SdkMetadata();
  private readonly localActivities: LocalActivities;
  private readonly machines: Machines;
  private readonly admittedUpdates = new LazyMap<string, history.WorkflowExecutionUpdateAdmittedEventAttributes>();
  private events: readonly HistoryEvent[] = [];
  private cursor = 0;
  private lastEventId = 0;
  private jobs: ActivationJob[] = [];
  private messages: protocol.IMessage[] = [];
  private incoming: IncomingUpdate[] = [];
  private task: WorkflowTaskInput | undefined;
  private hasAsked = false;
  private queryResults: Record<string, query.IWorkflowQueryResult> = {};
  private started: history.WorkflowTaskStartedEventAttributes | undefined;
  private recordedVersion: WorkflowReplayOptions['deploymentVersion'];
  private timestampMs = 0;
  private versioningBehavior = 0;
  private isClosing = false;

  constructor(private readonly options: WorkflowReplayOptions) {
    this.localActivities = new LocalActivities(options.nowMs);
    this.machines = new Machines(this, this.localActivities, this.metadata, (message) => this.messages.push(message));
  }

  get namespace(): string {
    return this.options.namespace;
  }

  get runId(): string {
    return this.options.runId;
  }

  /** What workflow code takes for now, in epoch milliseconds. */
  get clockMs(): number {
    return this.timestampMs;
  }

  /** Local activities are under way: the workflow task cannot be answered for good yet. */
  get isWaitingForLocalActivities(): boolean {
    return !this.isClosing && this.localActivities.hasPending;
  }

  /** The id of the last event that this run has seen. */
  get seenEventId(): number {
    return this.lastEventId;
  }

  /** Takes the next workflow task. Throws `HistoryGapError` if its events do not follow those seen. */
  startWorkflowTask(task: WorkflowTaskInput): void {
    const [first] = task.events;
    const expected = this.lastEventId + 1;
    if (first !== undefined && first.eventId !== expected) throw new HistoryGapError(expected, first.eventId);
    if (first === undefined && this.lastEventId === 0) throw new HistoryGapError(expected, 0);
    assertConsecutive(task.events);
    this.task = task;
    this.hasAsked = false;
    this.queryResults = {};
    this.events = task.events;
    this.cursor = 0;
    this.incoming = task.messages.length === 0 ? [] : [...readUpdateMessages(task.messages)];
  }

  /**
   * The server has discarded the workflow task just answered, as it does with one that only rejected updates: its events will be
   * given to others. `eventId` is the `reset_history_event_id` of its answer; zero, for a task that was kept, changes nothing.
   */
  discardWorkflowTask(eventId: number): void {
    if (eventId === 0) return;
    this.lastEventId = eventId;
    this.metadata.forgetAnswer();
  }

  /** The next activation of this task; `undefined` when workflow code has nothing to do. */
  nextActivation(): WorkflowActivation | undefined {
    for (;;) {
      if (this.jobs.length === 0 && !this.isClosing) this.wakeForLocalActivity();
      if (this.jobs.length > 0) {
        const jobs = inOrder(this.jobs);
        this.jobs = [];
        if (!this.isClosing) return this.activation(jobs, this.isReplaying);
      } else if (!this.openNextWorkflowTask()) break;
    }
    return this.queryActivation();
  }

  /** Takes what workflow code did in an activation. */
  completeActivation(completion: {
    readonly commands: readonly WorkflowCommand[];
    readonly usedInternalFlags: readonly number[];
    readonly versioningBehavior: number;
  }): void {
    this.metadata.use(completion.usedInternalFlags);
    this.versioningBehavior = completion.versioningBehavior;
    for (const command of this.closingLast(completion.commands)) {
      if (command.kind === 'respondToQuery') this.queryResults[command.queryId] = queryResultOf(command.result);
      // After the end of the run there is nothing left to ask for.
      else if (!this.isClosing) this.isClosing = this.machines.take(command);
    }
  }

  /** Local activities to run, each once. */
  takeLocalActivityRequests(): readonly LocalActivityRequest[] {
    return this.isReplaying || this.isClosing ? [] : this.localActivities.takeRequests();
  }

  /** Running local activities to be asked to stop. */
  takeLocalActivityCancellations(): readonly LocalActivityCancellation[] {
    return this.localActivities.takeCancellations();
  }

  /** A local activity has ended: ask for the next activation. */
  resolveLocalActivity(seq: number, result: LocalActivityResult): void {
    this.localActivities.finish(seq, result);
  }

  /** What to answer to the workflow task, once there is no activation left. Once only for each. */
  answer(): WorkflowTaskAnswer {
    const { task, queryResults, versioningBehavior, isClosing } = this;
    // A run lives longer than its tasks: what they held is let go of.
    this.task = undefined;
    this.events = [];
    if (task?.query !== undefined && queryResults[LEGACY_QUERY_ID] !== undefined) {
      this.messages = [];
      return { kind: 'legacyQuery', result: queryResults[LEGACY_QUERY_ID] };
    }
    const sealed = this.queue.seal();
    const commands = sealed.map(({ command }) => command);
    const messages = [...this.messages, ...sealed.flatMap(({ message }) => message ?? [])];
    this.messages = [];
    const sdkMetadata = this.metadata.take(this.options.sdk);
    return { kind: 'completed', commands, messages, queryResults, sdkMetadata, versioningBehavior, isClosing };
  }

  /**
   * For a whole history that is replayed to be checked: matches what follows the last workflow task. Throws
   * `NondeterminismError` if workflow code did more or less than the history says.
   */
  assertReplayed(): void {
    const rest = this.events.slice(this.cursor);
    if (rest[0]?.eventType !== type.EVENT_TYPE_WORKFLOW_TASK_COMPLETED) return;
    for (const event of rest) this.handle(event);
    this.queue.assertMatched();
  }

  send(outgoing: OutgoingCommand): void {
    this.queue.push(outgoing);
  }

  withdraw(outgoing: OutgoingCommand): boolean {
    return this.queue.withdraw(outgoing);
  }

  notify(job: ActivationJob): void {
    this.jobs.push(job);
    this.machines.forget(job);
  }

  follow(eventId: number, follower: EventFollower): void {
    this.followers.set(eventId, follower);
  }

  /**
   * What was asked for together with the end of the run is done before it. Old runs, which lack the flag, dropped what came after.
   */
  private closingLast(commands: readonly WorkflowCommand[]): readonly WorkflowCommand[] {
    const index = commands.findIndex(({ kind }) => CLOSING.has(kind));
    if (index < 0 || index === commands.length - 1) return commands;
    const keepsRest = !this.isReplaying || this.metadata.coreFlags.has(CORE_FLAGS.closesLast);
    const rest = keepsRest ? commands.slice(index + 1).filter(({ kind }) => !CLOSING.has(kind)) : [];
    return [...commands.slice(0, index), ...rest, commands[index] as WorkflowCommand];
  }

  private activation(jobs: readonly ActivationJob[], isReplaying: boolean): WorkflowActivation {
    const { started, metadata } = this;
    return {
      runId: this.options.runId,
      // Servers record more than milliseconds; clocks in JavaScript show no fractions of them.
      timestampMs: Math.floor(this.timestampMs),
      isReplaying,
      historyLength: this.lastEventId,
      historySizeBytes: started?.historySizeBytes ?? 0,
      continueAsNewSuggested: started?.suggestContinueAsNew ?? false,
      suggestContinueAsNewReasons: started?.suggestContinueAsNewReasons ?? [],
      targetWorkerDeploymentVersionChanged: started?.targetWorkerDeploymentVersionChanged ?? false,
      deploymentVersionForCurrentTask: this.isReplaying ? this.recordedVersion : this.options.deploymentVersion,
      lastSdkVersion: metadata.sdkVersion,
      availableInternalFlags: [...metadata.langFlags],
      jobs,
    };
  }

  /** Questions come last, in an activation of their own. */
  private queryActivation(): WorkflowActivation | undefined {
    if (this.hasAsked || this.task === undefined) return undefined;
    this.hasAsked = true;
    const { query: legacy, queries = {} } = this.task;
    const asked = legacy === undefined ? Object.entries(queries) : [[LEGACY_QUERY_ID, legacy] as const];
    if (asked.length === 0) return undefined;
    const jobs = asked.map(([queryId, { queryType, queryArgs, header }]) => ({
      kind: 'queryWorkflow' as const,
      queryId,
      queryType,
      arguments: queryArgs?.payloads ?? [],
      headers: header?.fields ?? {},
    }));
    return this.activation(jobs, true);
  }

  private wakeForLocalActivity(): void {
    const end: LocalActivityEnd | undefined = this.isReplaying
      ? this.localActivities.takeRecorded()
      : (this.localActivities.takeRecorded() ?? this.localActivities.takeResult());
    if (end === undefined) return;
    this.timestampMs = Math.max(this.timestampMs, end.completedAtMs);
    this.queue.push(end.marker);
    this.notify(end.job);
  }

  /** Goes through the events up to the next workflow task that was answered, or is to be. False if there is none. */
  private openNextWorkflowTask(): boolean {
    const startedAt = this.findWorkflowTaskStart();
    if (startedAt < 0) return false;
    const completed = this.events[startedAt + 1]?.workflowTaskCompletedEventAttributes;
    this.isReplaying = completed !== undefined;
    this.recordedVersion = completed === undefined ? undefined : recordedVersionOf(completed);
    this.metadata.learn(completed);
    if (completed !== undefined) this.lookAhead(startedAt + 2);
    for (let index = this.cursor; index <= startedAt; index += 1) {
      const event = this.events[index];
      if (event === undefined) break;
      this.deliverUpdatesBefore(event.eventId);
      this.handle(event);
    }
    const event = this.events[startedAt];
    this.started = event?.workflowTaskStartedEventAttributes;
    this.timestampMs = timestampToMs(event?.eventTime) ?? this.timestampMs;
    this.lastEventId = event?.eventId ?? this.lastEventId;
    this.cursor = startedAt + 1;
    // What the replayed task does not hold came after it: the messages of the task to be answered wait for that one.
    this.deliverUpdatesBefore(completed === undefined ? Infinity : this.lastEventId);
    this.queue.assertMatched();
    return true;
  }

  /** The start of the next workflow task that did not fail or time out. */
  private findWorkflowTaskStart(): number {
    for (let index = this.cursor; index < this.events.length; index += 1) {
      if (this.events[index]?.eventType !== type.EVENT_TYPE_WORKFLOW_TASK_STARTED) continue;
      const next = this.events[index + 1];
      if (next === undefined || next.eventType === type.EVENT_TYPE_WORKFLOW_TASK_COMPLETED) return index;
    }
    return -1;
  }

  /** Reads what the task that is replayed next has led to, as far as workflow code has to know it beforehand. */
  private lookAhead(from: number): void {
    const locals: RecordedLocalActivity[] = [];
    for (let index = from; index < this.events.length; index += 1) {
      const event = this.events[index];
      if (event === undefined || !COMMAND_EVENTS.has(event.eventType)) break;
      const patch = readPatchMarker(event);
      if (patch !== undefined) {
        this.machines.foreseePatch(patch.patchId);
        this.jobs.push({ kind: 'notifyHasPatch', patchId: patch.patchId });
        continue;
      }
      const local = readLocalActivityMarker(event);
      if (local !== undefined) locals.push(local);
      const accepted = event.workflowExecutionUpdateAcceptedEventAttributes;
      if (accepted !== undefined) this.incoming.push(this.acceptedUpdate(accepted));
    }
    this.localActivities.foresee(locals);
  }

  private acceptedUpdate(accepted: history.WorkflowExecutionUpdateAcceptedEventAttributes): IncomingUpdate {
    const { protocolInstanceId, acceptedRequestMessageId, acceptedRequestSequencingEventId } = accepted;
    const request = accepted.acceptedRequest ?? this.admittedUpdates.get(protocolInstanceId)?.request;
    return {
      protocolInstanceId,
      messageId: acceptedRequestMessageId,
      sequencingEventId: acceptedRequestSequencingEventId,
      request: request ?? { requestId: '', completionCallbacks: [], links: [] },
    };
  }

  private deliverUpdatesBefore(eventId: number): void {
    if (this.incoming.length === 0) return;
    const due = this.incoming.filter(({ sequencingEventId }) => sequencingEventId < eventId);
    if (due.length === 0) return;
    this.incoming = this.incoming.filter(({ sequencingEventId }) => sequencingEventId >= eventId);
    for (const update of due) this.jobs.push(this.machines.beginUpdate(update));
  }

  private handle(event: HistoryEvent): void {
    switch (event.eventType) {
      case type.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
        this.metadata.learn(event.workflowTaskCompletedEventAttributes);
        this.queue.seal();
        return;
      case type.EVENT_TYPE_WORKFLOW_TASK_FAILED:
        return this.handleFailedTask(event.workflowTaskFailedEventAttributes);
      case type.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED:
      case type.EVENT_TYPE_WORKFLOW_TASK_STARTED:
      case type.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
        return;
      case type.EVENT_TYPE_TIMER_CANCELED:
        this.followers.delete(event.timerCanceledEventAttributes?.startedEventId ?? 0);
        return this.queue.match(event);
      default:
    }
    if (!COMMAND_EVENTS.has(event.eventType)) this.handleOutsideEvent(event);
    else if (!isForeignMarker(event)) this.queue.match(event);
  }

  private handleFailedTask(failed: history.WorkflowTaskFailedEventAttributes | undefined): void {
    if (failed?.cause !== enums.WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW) return;
    this.jobs.push({ kind: 'updateRandomSeed', randomnessSeed: () => randomnessSeedOf(failed.newRunId) });
  }

  private handleOutsideEvent(event: HistoryEvent): void {
    const started = event.workflowExecutionStartedEventAttributes;
    if (started !== undefined) {
      this.jobs.push(initializeJob(event, started, this.options.runId));
      return;
    }
    const job = outsideJob(event);
    if (job !== undefined) {
      this.jobs.push(job);
      return;
    }
    const admitted = event.workflowExecutionUpdateAdmittedEventAttributes;
    if (admitted !== undefined) {
      this.admittedUpdates.set(admitted.request?.meta?.updateId ?? '', admitted);
      return;
    }
    const followed = followedEventId(event);
    if (followed === undefined) {
      if (!event.workerMayIgnore && enumName(type, event.eventType) === undefined) throw new UnknownEventError(event);
      return;
    }
    const follower = this.followers.get(followed);
    follower?.handle(event);
    if (GOES_ON_AFTER.has(event.eventType)) return;
    if (follower === undefined) throw new CorruptHistoryError(event, `event ${followed}, which it ends, began nothing that is under way`); // prettier-ignore
    this.followers.delete(followed);
  }
}
