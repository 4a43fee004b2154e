import {
  history,
  type command,
  type common,
  type protocol,
  type update,
  type workflowservice,
} from '@perdure/protocol';
import {
  admitUpdate,
  closeActivity,
  continuedBy,
  completeWorkflowTask,
  elapse,
  encodeSnapshot,
  heartbeatActivity,
  nextDue,
  reportWorkflowTaskFailure,
  requestCancel,
  resetExecution,
  signalExecution,
  startExecution,
  takeWorkflowTask,
  terminateExecution,
  type ActivityIdentity,
  type ActivityOutcome,
  type DecideContext,
  type Decision,
  type Effect,
  type ExecutionState,
  type LaterRun,
  type ResetExecution,
  type Signal,
  type StartExecution,
  type StartedExecution,
  type Transition,
  type WorkflowTaskCompletion,
  type WorkflowTaskFailure,
  type WorkflowTaskIdentity,
} from '../execution/index.js';
import { startActivityTask } from '../execution/decide/activity-start.js';
import { DEFAULT_LIMITS, type Limits } from '../limits.js';
import type { Rejection } from '../rejection.js';
import { historyProblems } from './history-laws.js';
import {
  checkEffects,
  checkNextDue,
  checkTransition,
  deepFreeze,
  foldJournal,
  law,
  reloaded,
  sameBytes,
} from './laws.js';
import { transcript, type TranscriptOptions } from './transcript.js';

const START_MS = Date.UTC(2030, 0, 1);
/** How long the world keeps closed runs: three days. */
export const RETENTION_MS = 3 * 24 * 3_600_000;

/** A run as the outside sees it: its state and what the journal and the history hold of it. */
export interface Run {
  state: ExecutionState;
  readonly events: history.IHistoryEvent[];
  historySizeBytes: number;
  readonly outstanding: Map<string, Effect>;
}

/** How a worker answers a workflow task. */
export interface Answer {
  readonly commands?: readonly command.ICommand[];
  readonly messages?: readonly protocol.IMessage[];
  readonly request?: Partial<workflowservice.RespondWorkflowTaskCompletedRequest>;
}

/**
 * Plays inputs against the engine on a virtual clock and with counted ids, and holds every answer to the engine's
 * laws. Nothing here is random: the same calls give the same histories.
 */
export class World {
  nowMs = START_MS;
  readonly runs = new Map<string, Run>();
  readonly limits: Limits;
  private lastId = 0;

  constructor(limits: Partial<Limits> = {}) {
    this.limits = { ...DEFAULT_LIMITS, ...limits };
  }

  context(): DecideContext {
    return { nowMs: this.nowMs, newId: () => this.newId(), limits: this.limits, retentionMs: () => RETENTION_MS };
  }

  newId(): string {
    this.lastId += 1;
    return `00000000-0000-4000-8000-${String(this.lastId).padStart(12, '0')}`;
  }

  /** The run with this id; the youngest one without. */
  run(runId?: string): Run {
    const found = runId === undefined ? [...this.runs.values()].at(-1) : this.runs.get(runId);
    if (found === undefined) throw new Error(`no run ${runId ?? ''}`);
    return found;
  }

  /** Makes a decision on a run and commits it. */
  decide<Result>(
    runId: string | undefined,
    make: (state: ExecutionState, context: DecideContext) => Decision<Result>,
  ): Decision<Result> {
    const { state } = this.run(runId);
    const before = encodeSnapshot(state);
    const decision = make(state, this.context());
    law(sameBytes(encodeSnapshot(state), before), () => 'a decision changed the state it was made on');
    return this.commit(decision);
  }

  /** Commits what was decided; a rejection leaves no trace. */
  commit<Result>(decision: Decision<Result>): Decision<Result> {
    if (decision.rejected !== true) for (const transition of decision.transitions) this.commitOne(transition);
    return decision;
  }

  private commitOne(transition: Transition): void {
    const { runId } = transition.key;
    const known = this.runs.get(runId);
    checkTransition(known?.state, transition, this.nowMs);
    if (transition.facts.length === 0) {
      law(
        known !== undefined && known.state.sequence === transition.sequence,
        () => 'a transition without facts has a new sequence',
      );
      law(transition.effects.length === 0, () => 'a transition without facts has effects');
      return;
    }
    const folded = foldJournal(known?.state, transition);
    const run: Run = known ?? { state: folded, events: [], historySizeBytes: 0, outstanding: new Map() };
    // Every other time the run is taken up from its snapshot, as after a restart.
    run.state = transition.sequence % 2 === 0 ? reloaded(folded) : folded;
    deepFreeze(run.state);
    this.runs.set(runId, run);
    this.append(run, transition);
    checkEffects(run.outstanding, transition);
    checkNextDue(run.state);
  }

  private append(run: Run, { facts }: Transition): void {
    for (const fact of facts) {
      const recorded = fact.kind === 'event' ? [fact] : fact.kind === 'bufferFlushed' ? fact.events : [];
      for (const { bytes } of recorded) {
        run.events.push(history.HistoryEvent.decode(bytes));
        run.historySizeBytes += bytes.length;
      }
    }
    const { state, events, historySizeBytes } = run;
    law(
      state.nextEventId === events.length + 1,
      () => `nextEventId is ${state.nextEventId} after ${events.length} events`,
    );
    law(
      state.historySizeBytes === historySizeBytes,
      () => `historySizeBytes is ${state.historySizeBytes}, the events have ${historySizeBytes}`,
    );
  }

  /** Holds every history to the rules. */
  checkHistories(): void {
    for (const { events } of this.runs.values()) {
      const problems = historyProblems(events);
      law(problems.length === 0, () => `${problems.join('\n')}\n${transcript(events)}`);
    }
  }

  transcript(options?: TranscriptOptions, runId?: string): string {
    const { events } = this.run(runId);
    const problems = historyProblems(events);
    law(problems.length === 0, () => problems.join('\n'));
    return `\n${transcript(events, options)}\n`;
  }

  /** The latest run of a workflow id. */
  latest(workflowId: string): Run | undefined {
    return [...this.runs.values()].reverse().find(({ state }) => state.key.workflowId === workflowId);
  }

  start(
    request: workflowservice.IStartWorkflowExecutionRequest = {},
    input: Partial<StartExecution> = {},
  ): Decision<StartedExecution> {
    const workflowId = request.workflowId ?? 'workflow';
    const full: workflowservice.IStartWorkflowExecutionRequest = {
      namespace: 'default',
      workflowType: { name: 'type' },
      taskQueue: { name: 'queue' },
      requestId: this.newId(),
      identity: 'client',
      ...request,
      workflowId,
    };
    const current = this.latest(workflowId)?.state;
    return this.commit(
      startExecution(current, { namespaceId: 'namespace-id', ...input, request: full }, this.context()),
    );
  }

  take(runId?: string, identity = 'worker'): WorkflowTaskIdentity | Rejection {
    const number = this.run(runId).state.workflowTask?.number ?? 0;
    const taken = this.decide(runId, (state, context) =>
      takeWorkflowTask(state, number, { requestId: context.newId(), identity }, context),
    );
    return taken.rejected === true ? taken : this.taskIdentity(runId);
  }

  taskIdentity(runId?: string): WorkflowTaskIdentity {
    const task = this.run(runId).state.workflowTask;
    return {
      number: task?.number ?? 0,
      scheduledEventId: task?.scheduledEventId ?? 0,
      startedEventId: task?.startedEventId ?? 0,
      attempt: task?.attempt ?? 0,
    };
  }

  complete(answer: Answer = {}, task?: WorkflowTaskIdentity, runId?: string): Decision<WorkflowTaskCompletion> {
    const request = completionRequest(answer);
    const identity = task ?? this.taskIdentity(runId);
    const invalidSearchAttributes = (attributes: common.ISearchAttributes | null | undefined) =>
      attributes?.indexedFields?.['Unknown'] === undefined
        ? undefined
        : 'Namespace default has no mapping defined for search attribute Unknown';
    return this.decide(runId, (state, context) =>
      completeWorkflowTask(
        state,
        {
          task: identity,
          request,
          namespaceId: (name) => (name === 'unknown' ? undefined : `${name}-id`),
          nexusEndpointId: (name) => (name === 'unknown' ? undefined : `${name}-id`),
          invalidSearchAttributes,
        },
        context,
      ),
    );
  }

  /** Takes the workflow task and answers it. */
  step(...given: command.ICommand[]): Decision<WorkflowTaskCompletion> {
    this.take();
    return this.complete({ commands: given });
  }

  fail(failure: Partial<WorkflowTaskFailure> = {}, task?: WorkflowTaskIdentity, runId?: string): Decision {
    const identity = task ?? this.taskIdentity(runId);
    return this.decide(runId, (state, context) =>
      reportWorkflowTaskFailure(
        state,
        identity,
        { cause: 24, failure: { message: 'broken' }, identity: 'worker', ...failure },
        context,
      ),
    );
  }

  /** Lets time pass, and everything happen that is due, each run at the end. */
  pass(ms: number): void {
    this.nowMs += ms;
    this.elapseAll();
  }

  /** Goes to the next thing due in the run and lets it happen. */
  passToNextDue(runId?: string): void {
    const due = nextDue(this.run(runId).state);
    if (due === undefined) return;
    this.nowMs = Math.max(this.nowMs, Math.ceil(due.dueMs));
    this.elapseAll();
  }

  elapseAll(): void {
    for (const runId of [...this.runs.keys()]) {
      this.decide(runId, elapse);
      const again = this.decide(runId, elapse);
      law(
        again.rejected !== true && again.transitions.every(({ facts }) => facts.length === 0),
        () => 'elapse is not idempotent',
      );
      const due = nextDue(this.run(runId).state);
      law(due === undefined || due.dueMs > this.nowMs, () => `${JSON.stringify(due)} is due after time has passed it`);
    }
  }

  startActivity(scheduledEventId: number, runId?: string, dispatched?: number): Decision<unknown> {
    const stamp = dispatched ?? this.run(runId).state.activities.get(scheduledEventId)?.stamp ?? 0;
    return this.decide(runId, (state, context) =>
      startActivityTask(state, { scheduledEventId, stamp, requestId: context.newId(), identity: 'worker' }, context),
    );
  }

  /** The token of the present attempt. */
  activityIdentity(scheduledEventId: number, runId?: string): ActivityIdentity {
    return { scheduledEventId, attempt: this.run(runId).state.activities.get(scheduledEventId)?.attempt };
  }

  closeActivity(
    scheduledEventId: number,
    outcome: ActivityOutcome,
    identity?: ActivityIdentity,
    runId?: string,
  ): Decision {
    const activity = identity ?? this.activityIdentity(scheduledEventId, runId);
    return this.decide(runId, (state, context) => closeActivity(state, activity, outcome, context));
  }

  heartbeat(
    scheduledEventId: number,
    details?: common.IPayloads,
    runId?: string,
  ): Decision<{ readonly cancelRequested: boolean }> {
    const activity = this.activityIdentity(scheduledEventId, runId);
    return this.decide(runId, (state, context) => heartbeatActivity(state, activity, details, context));
  }

  signal(name: string, signal: Partial<Signal> = {}, runId?: string): Decision {
    const full: Signal = { name, input: undefined, header: undefined, identity: 'client', requestId: '', ...signal };
    return this.decide(runId, (state, context) => signalExecution(state, full, context));
  }

  cancel(requestId = '', runId?: string): Decision {
    return this.decide(runId, (state, context) =>
      requestCancel(state, { reason: 'asked', identity: 'client', requestId }, context),
    );
  }

  terminate(runId?: string): Decision {
    return this.decide(runId, (state, context) =>
      terminateExecution(state, { reason: 'stopped', details: undefined, identity: 'client' }, context),
    );
  }

  update(request: update.IRequest, runId?: string): Decision {
    return this.decide(runId, (state, context) => admitUpdate(state, request, context));
  }

  /** The runs that follow by continue-as-new. */
  private runsAfter(base: Run): LaterRun[] {
    const runId = continuedBy(base.state);
    if (runId === '') return [];
    const next = this.run(runId);
    return [{ runId, events: next.events }, ...this.runsAfter(next)];
  }

  reset(
    workflowTaskFinishEventId: number,
    options: Partial<ResetExecution> = {},
    runId?: string,
  ): Decision<{ readonly runId: string }> {
    const base = this.run(runId);
    const current = this.latest(base.state.key.workflowId) ?? base;
    return this.commit(
      resetExecution(
        {
          base: base.state,
          events: base.events,
          laterRuns: this.runsAfter(base),
          operations: [],
          current: current.state,
          workflowTaskFinishEventId,
          reason: 'again',
          requestId: this.newId(),
          identity: 'client',
          reappliesSignals: true,
          reappliesUpdates: true,
          reappliesCancelRequest: true,
          reappliesNexus: true,
          ...options,
        },
        this.context(),
      ),
    );
  }
}

function completionRequest({
  commands = [],
  messages = [],
  request = {},
}: Answer): workflowservice.RespondWorkflowTaskCompletedRequest {
  return {
    taskToken: new Uint8Array(0),
    identity: 'worker',
    returnNewWorkflowTask: false,
    forceCreateNewWorkflowTask: false,
    binaryChecksum: '',
    queryResults: {},
    namespace: 'default',
    ...request,
    commands,
    messages,
  } as unknown as workflowservice.RespondWorkflowTaskCompletedRequest;
}
