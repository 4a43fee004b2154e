import { durationToMs, enums, msToDuration, type common, type history, type workflowservice } from '@perdure/protocol';
import { cronDelayMs } from '../../cron.js';
import { jsonPayloads } from '../../payloads.js';
import { explicitRetryPolicy } from '../../retry.js';
import { reject, type Rejection } from '../../rejection.js';
import type { Decision } from '../decision.js';
import { Draft } from '../draft.js';
import { isClosed, type ExecutionReference, type ExecutionState } from '../state.js';
import type { DecideContext, Transition } from '../transition.js';
import { terminateRun } from './close.js';
import { signalExecution, writeSignal, type Signal } from './outside-requests.js';
import { beginRun, openRun, startedTimeouts } from './run.js';
import { startWorkflowTask } from './start-workflow-task.js';
import { writeOutsideEvent } from './write-event.js';

const {
  ContinueAsNewInitiator,
  EventType,
  TaskQueueKind,
  WorkflowExecutionStatus,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} = enums;

/** Whom a child execution belongs to. */
export interface Parent {
  readonly execution: ExecutionReference;
  readonly initiatedEventId: number;
  readonly root: common.IWorkflowExecution;
}

/** A validated request to start a workflow. */
export interface StartExecution {
  readonly request: workflowservice.IStartWorkflowExecutionRequest;
  readonly namespaceId: string;
  readonly parent?: Parent;
  /** SignalWithStart: delivered to the running execution, or right after the start. */
  readonly signal?: Signal;
  /** Whether the caller can take the first workflow task at once. */
  readonly eager?: boolean;
  /** The id that the run gets (default: a new one). Where it follows from the request, a repeated one can be told for good. */
  readonly runId?: string;
}

/** What the caller of a start is told. */
export interface StartedExecution {
  readonly runId: string;
  readonly firstRunId: string;
  /** False if an execution that was already running is the answer. */
  readonly started: boolean;
  /** The request, this time or before, was attached to an execution that was already running. */
  readonly attached: boolean;
  readonly status: enums.WorkflowExecutionStatus;
  readonly eagerWorkflowTaskStarted: boolean;
}

/**
 * Starts a run, unless the workflow id is taken: then the reuse policy (closed) or the conflict policy (running)
 * decides.
 *
 * @param current the latest run of this workflow id
 */
export function startExecution(
  current: ExecutionState | undefined,
  input: StartExecution,
  context: DecideContext,
): Decision<StartedExecution> {
  const { request } = input;
  const requestId = request.requestId ?? '';
  if (current !== undefined) {
    const isRepeated =
      requestId !== '' &&
      (current.createRequestId === requestId ||
        current.attachedRequests.some((attached) => attached.requestId === requestId));
    if (isRepeated) return repeated(current, current.createRequestId === requestId);
    if (!isClosed(current)) return startOverRunning(current, input, context);
    const refused = refusedByReusePolicy(current, request);
    if (refused !== undefined) return refused;
  }
  return open(input, context, []);
}

function repeated(current: ExecutionState, started: boolean): Decision<StartedExecution> {
  return { transitions: [], result: { ...describe(current, started), attached: !started } };
}

function describe(state: ExecutionState, started: boolean): StartedExecution {
  return {
    runId: state.key.runId,
    firstRunId: state.chain.firstRunId,
    started,
    attached: false,
    status: state.status,
    eagerWorkflowTaskStarted: false,
  };
}

function startOverRunning(
  current: ExecutionState,
  input: StartExecution,
  context: DecideContext,
): Decision<StartedExecution> {
  switch (conflictPolicy(input)) {
    case WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING:
      return useExisting(current, input, context);
    case WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING:
      return replace(current, input, context);
    default:
      return alreadyStarted(
        current,
        `Workflow execution is already running. WorkflowId: ${current.key.workflowId}, RunId: ${current.key.runId}.`,
      );
  }
}

/** A signal has always gone to the running execution; a plain start has always failed over one. */
function conflictPolicy({ request, signal }: StartExecution): enums.WorkflowIdConflictPolicy {
  if (request.workflowIdReusePolicy === WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING) {
    return WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING;
  }
  if (request.workflowIdConflictPolicy) return request.workflowIdConflictPolicy;
  return signal === undefined
    ? WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_FAIL
    : WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING;
}

function useExisting(
  current: ExecutionState,
  input: StartExecution,
  context: DecideContext,
): Decision<StartedExecution> {
  if (input.signal !== undefined) {
    const signalled = signalExecution(current, input.signal, context);
    return signalled.rejected ? signalled : { transitions: signalled.transitions, result: describe(current, false) };
  }
  const options = input.request.onConflictOptions;
  const attaches =
    options?.attachRequestId === true || options?.attachLinks === true || options?.attachCompletionCallbacks === true;
  if (!attaches) return { transitions: [], result: describe(current, false) };
  const callbacks = options.attachCompletionCallbacks === true ? (input.request.completionCallbacks ?? []) : [];
  const tooMany = tooManyCallbacks(current.callbacks.length, callbacks.length, context);
  if (tooMany !== undefined) return tooMany;
  if (current.attachedRequests.length >= context.limits.attachedRequestIds) {
    return reject(
      'FAILED_PRECONDITION',
      `Run ${current.key.runId} already has ${current.attachedRequests.length} requests attached, which is the limit.`,
    );
  }
  const draft = new Draft(current, context);
  writeOutsideEvent(
    draft,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED,
    {
      workflowExecutionOptionsUpdatedEventAttributes: {
        attachedRequestId: options.attachRequestId === true ? input.request.requestId : '',
        attachedCompletionCallbacks: callbacks,
        identity: input.request.identity,
      },
    },
    { links: options.attachLinks === true ? linksBesideCallbacks(input.request.links, callbacks) : undefined },
  );
  const attached = options.attachRequestId === true;
  return { transitions: [draft.finish()], result: { ...describe(current, false), attached } };
}

function tooManyCallbacks(present: number, added: number, { limits }: DecideContext): Rejection | undefined {
  const { completionCallbacks } = limits;
  if (added === 0 || present + added <= completionCallbacks) return undefined;
  const message = `cannot attach more than ${completionCallbacks} callbacks to a workflow (${present} callbacks already attached)`;
  return reject('INVALID_ARGUMENT', message);
}

/** A callback says itself whom it is for: links that it carries are not said again by the event. */
function linksBesideCallbacks(
  links: readonly common.ILink[] | null | undefined,
  callbacks: readonly common.ICallback[],
): readonly common.ILink[] | undefined {
  if (links == null || callbacks.length === 0) return links ?? undefined;
  const said = new Set(callbacks.flatMap((callback) => (callback.links ?? []).map(linkKey)));
  return links.filter((link) => !said.has(linkKey(link)));
}

function linkKey(link: common.ILink): string {
  return JSON.stringify(link);
}

function replace(current: ExecutionState, input: StartExecution, context: DecideContext): Decision<StartedExecution> {
  const runId = context.newId();
  const draft = new Draft(current, context);
  terminateRun(draft, {
    reason: 'TerminateIfRunning WorkflowIdReusePolicy',
    details: jsonPayloads(`terminated by new runID: ${runId}`),
    identity: 'history-service',
  });
  return open(input, context, [draft.finish()], runId);
}

const SUCCESSFUL: ReadonlySet<enums.WorkflowExecutionStatus> = new Set([
  WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED,
  WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW,
]);

function refusedByReusePolicy(
  current: ExecutionState,
  request: workflowservice.IStartWorkflowExecutionRequest,
): Rejection | undefined {
  const { workflowId, runId } = current.key;
  const finished = `Workflow execution already finished. WorkflowId: ${workflowId}, RunId: ${runId}. Workflow Id reuse policy:`;
  switch (request.workflowIdReusePolicy) {
    case WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE:
      return alreadyStarted(current, `${finished} reject duplicate workflow Id.`);
    case WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY:
      if (!SUCCESSFUL.has(current.status)) return undefined;
      return alreadyStarted(
        current,
        `${finished} allow duplicate workflow Id if last run failed; it finished successfully.`,
      );
    default:
      return undefined;
  }
}

function alreadyStarted(current: ExecutionState, message: string): Rejection {
  return reject('ALREADY_EXISTS', message, {
    type: 'WorkflowExecutionAlreadyStartedFailure',
    fields: {
      startRequestId: current.createRequestId,
      runId: current.key.runId,
      firstExecutionRunId: current.chain.firstRunId,
    },
  });
}

function open(
  input: StartExecution,
  context: DecideContext,
  before: readonly Transition[],
  runId = input.runId ?? context.newId(),
): Decision<StartedExecution> {
  const { request, namespaceId, signal } = input;
  const created = {
    namespaceId,
    namespace: request.namespace ?? '',
    workflowId: request.workflowId ?? '',
    runId,
    createRequestId: request.requestId || context.newId(),
  };
  const attributes = startedAttributes(input, runId, context);
  const links = linksBesideCallbacks(request.links, request.completionCallbacks ?? []);
  const draft = openRun(created, attributes, context, { userMetadata: request.userMetadata, links });
  if (signal !== undefined) writeSignal(draft, signal);
  beginRun(draft);
  if (attributes.eagerExecutionAccepted === true)
    startWorkflowTask(draft, { requestId: context.newId(), identity: request.identity ?? '' });
  const transition = draft.finish();
  const result = {
    ...describe(transition.state, true),
    eagerWorkflowTaskStarted: attributes.eagerExecutionAccepted === true,
  };
  return { transitions: [...before, transition], result };
}

function startedAttributes(
  input: StartExecution,
  runId: string,
  context: DecideContext,
): history.IWorkflowExecutionStartedEventAttributes {
  const { request, parent } = input;
  const cronSchedule = request.cronSchedule ?? '';
  const cronDelay = cronSchedule === '' ? undefined : cronDelayMs(cronSchedule, context.nowMs, context.nowMs);
  const backoffMs = cronDelay ?? durationToMs(request.workflowStartDelay) ?? 0;
  const timeouts = startedTimeouts(
    {
      executionMs: durationToMs(request.workflowExecutionTimeout) ?? 0,
      runMs: durationToMs(request.workflowRunTimeout) ?? 0,
      workflowTaskMs: durationToMs(request.workflowTaskTimeout) ?? 0,
      backoffMs,
    },
    context,
  );
  // Named one by one: an object built by spreading this many fields is several times slower to make and to read.
  return {
    workflowExecutionTimeout: timeouts.workflowExecutionTimeout,
    workflowRunTimeout: timeouts.workflowRunTimeout,
    workflowTaskTimeout: timeouts.workflowTaskTimeout,
    workflowExecutionExpirationTime: timeouts.workflowExecutionExpirationTime,
    workflowId: request.workflowId,
    workflowType: request.workflowType,
    parentWorkflowNamespace: parent?.execution.namespace,
    parentWorkflowNamespaceId: parent?.execution.namespaceId,
    parentWorkflowExecution:
      parent === undefined ? undefined : { workflowId: parent.execution.workflowId, runId: parent.execution.runId },
    parentInitiatedEventId: parent?.initiatedEventId,
    rootWorkflowExecution: parent?.root,
    taskQueue: { name: request.taskQueue?.name, kind: TaskQueueKind.TASK_QUEUE_KIND_NORMAL },
    input: request.input,
    header: request.header,
    memo: request.memo,
    searchAttributes: request.searchAttributes,
    identity: request.identity,
    originalExecutionRunId: runId,
    firstExecutionRunId: runId,
    attempt: 1,
    retryPolicy: request.retryPolicy == null ? undefined : explicitRetryPolicy(request.retryPolicy, context.limits),
    cronSchedule,
    initiator: cronSchedule === '' ? undefined : ContinueAsNewInitiator.CONTINUE_AS_NEW_INITIATOR_CRON_SCHEDULE,
    firstWorkflowTaskBackoff: msToDuration(backoffMs),
    continuedFailure: request.continuedFailure,
    lastCompletionResult: request.lastCompletionResult,
    completionCallbacks: request.completionCallbacks,
    priority: request.priority,
    versioningOverride: request.versioningOverride,
    eagerExecutionAccepted: input.eager === true && backoffMs === 0,
  };
}
