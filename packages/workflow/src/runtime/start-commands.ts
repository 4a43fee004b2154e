import {
  compilePriority,
  compileRetryPolicy,
  encodeWorkflowIdReusePolicy,
  fromPayloadWithTypeInfo,
  mapToPayloads,
  msOptionalToTs,
  msToTs,
  type ActivitySerializationContext,
  type Duration,
  type WorkflowSerializationContext,
} from '@perdure/common';
import type { CallSite, StartChildWorkflowExecutionCommand } from '@perdure/common/activation';
import {
  encodeActivityCancellationType,
  encodeUnifiedSearchAttributes,
  type LazyMap,
  userMetadataToPayload,
  versioningIntentToProto,
} from '@perdure/common/internal';
import type { google } from '@perdure/protocol';
import { CancellationScope } from '../cancellation-scope.js';
import { encodeChildWorkflowCancellationType, encodeParentClosePolicy } from '../interfaces.js';
import type {
  ActivityInput,
  LocalActivityInput,
  SignalWorkflowInput,
  StartChildWorkflowExecutionInput,
  TimerInput,
} from '../interceptors.js';
import { currentExecution } from './current.js';
import {
  argumentPayloads,
  calledAt,
  callSite,
  listenFor,
  ownPayload,
  type Execution,
  type Waiting,
} from './execution.js';

/** Durations of the wire are plain numbers here. */
function duration(value: Duration | undefined): google.IDuration | undefined {
  return msOptionalToTs(value);
}

/**
 * Waits for something in the current scope. `begin` asks for it; when the scope is cancelled `cancel` asks it to stop, and says
 * whether waiting ends at once.
 */
function waitInScope<T>(
  waitingFor: LazyMap<number, Waiting>,
  seq: number,
  details: Omit<Waiting, 'resolve' | 'reject'>,
  begin: () => void,
  cancel: (reject: (reason: unknown) => void, reason: unknown) => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const scope = CancellationScope.current();
    if (scope.consideredCancelled) {
      scope.cancelRequested.catch(reject);
      return;
    }
    try {
      begin();
    } catch (error) {
      throw calledAt(error, details.site);
    }
    const waiting: Waiting = { resolve, reject, ...details };
    waitingFor.set(seq, waiting);
    if (!scope.cancellable) return;
    listenFor(waiting, scope, (reason) => {
      if (waitingFor.has(seq)) cancel(reject, reason);
    });
  });
}

/** Starts a timer: the end of the chain of outbound interceptors. */
export function startTimer({ seq, durationMs, options }: TimerInput): Promise<void> {
  const execution = currentExecution();
  const site = callSite(startTimer);
  const { timers } = execution.waiting;
  const { payloadConverter, serializationContext } = execution;
  const userMetadata = userMetadataToPayload(payloadConverter, options?.summary, undefined, serializationContext);
  const startToFireTimeout = msToTs(durationMs) as google.IDuration;
  return waitInScope<void>(
    timers,
    seq,
    { site },
    () => execution.push({ kind: 'startTimer', seq, startToFireTimeout, userMetadata, callSite: site }),
    (reject, reason) => {
      timers.delete(seq);
      execution.push({ kind: 'cancelTimer', seq });
      reject(reason);
    },
  );
}

/** Schedules an activity: the end of the chain of outbound interceptors. */
export function scheduleActivity(input: ActivityInput): Promise<unknown> {
  const { seq, activityType, options, headers, args, typeInfo } = input;
  const execution = currentExecution();
  const site = callSite(scheduleActivity);
  const { activities } = execution.waiting;
  const activityId = options.activityId ?? String(seq);
  const context = activityContext(execution, activityId, false);
  return waitInScope<unknown>(
    activities,
    seq,
    { site, typeInfo, context },
    () =>
      execution.push({
        kind: 'scheduleActivity',
        seq,
        activityId,
        activityType,
        taskQueue: options.taskQueue ?? execution.options.taskQueue,
        headers,
        arguments: argumentPayloads(execution, args, typeInfo?.inputTypes, `activity "${activityType}"`, context),
        scheduleToCloseTimeout: duration(options.scheduleToCloseTimeout),
        scheduleToStartTimeout: duration(options.scheduleToStartTimeout),
        startToCloseTimeout: duration(options.startToCloseTimeout),
        heartbeatTimeout: duration(options.heartbeatTimeout),
        retryPolicy: options.retry === undefined ? undefined : compileRetryPolicy(options.retry),
        cancellationType: encodeActivityCancellationType(options.cancellationType) ?? 0,
        doNotEagerlyExecute: options.allowEagerDispatch === false,
        versioningIntent: versioningIntentToProto(options.versioningIntent),
        priority: options.priority === undefined ? undefined : compilePriority(options.priority),
        userMetadata: userMetadataToPayload(execution.payloadConverter, options.summary, undefined, context),
        callSite: site,
      }),
    () => execution.push({ kind: 'requestCancelActivity', seq, callSite: site }),
  );
}

/** Schedules a local activity, again after each backoff: the end of the chain of outbound interceptors. */
export async function scheduleLocalActivity(input: LocalActivityInput): Promise<unknown> {
  const { seq, activityType, options, headers, args, typeInfo, attempt, originalScheduleTime } = input;
  const execution = currentExecution();
  const { registeredActivityNames } = execution.options;
  if (registeredActivityNames !== undefined && !registeredActivityNames.has(activityType)) {
    throw new ReferenceError(
      `Local activity of type '${activityType}' is not registered on this worker. Registered: ` +
        `${[...registeredActivityNames].join(', ') || 'none'}. Local activities run in the worker of the workflow.`,
    );
  }
  const site = callSite(scheduleLocalActivity);
  const { activities } = execution.waiting;
  const activityId = String(seq);
  const context = activityContext(execution, activityId, true);
  return await waitInScope<unknown>(
    activities,
    seq,
    { site, typeInfo, context },
    () =>
      execution.push({
        kind: 'scheduleLocalActivity',
        seq,
        activityId,
        activityType,
        attempt,
        originalScheduleTime: originalScheduleTime as google.ITimestamp | undefined,
        headers,
        arguments: argumentPayloads(execution, args, typeInfo?.inputTypes, `local activity "${activityType}"`, context),
        scheduleToCloseTimeout: duration(options.scheduleToCloseTimeout),
        scheduleToStartTimeout: duration(options.scheduleToStartTimeout),
        startToCloseTimeout: duration(options.startToCloseTimeout),
        localRetryThreshold: duration(options.localRetryThreshold),
        retryPolicy: options.retry === undefined ? undefined : compileRetryPolicy(options.retry),
        cancellationType: encodeActivityCancellationType(options.cancellationType) ?? 0,
        userMetadata: userMetadataToPayload(execution.payloadConverter, options.summary, undefined, context),
        callSite: site,
      }),
    () => execution.push({ kind: 'requestCancelLocalActivity', seq, callSite: site }),
  );
}

/** Starts a child workflow: the end of the chain of outbound interceptors. */
export async function startChild(
  input: StartChildWorkflowExecutionInput,
): Promise<[Promise<string>, Promise<unknown>]> {
  const { seq, options } = input;
  const execution = currentExecution();
  const site = callSite(startChild);
  const { childStarts, childResults } = execution.waiting;
  const { workflowId, typeInfo } = options;
  const context = { type: 'workflow', namespace: execution.options.namespace, workflowId } as const;
  const details = { site, typeInfo, context };
  const cancel = (): void =>
    execution.push({ kind: 'cancelChildWorkflowExecution', childWorkflowSeq: seq, reason: '', callSite: site });
  const started = waitInScope<string>(
    childStarts,
    seq,
    details,
    () => execution.push(startChildCommand(execution, input, details)),
    () => {
      if (childResults.has(seq)) cancel();
    },
  );
  const scope = CancellationScope.current();
  const completed = new Promise<unknown>((resolve, reject) => {
    if (!childStarts.has(seq)) return;
    const waiting: Waiting = { resolve, reject, ...details };
    childResults.set(seq, waiting);
    if (!scope.cancellable) return;
    listenFor(waiting, scope, () => {
      if (childResults.has(seq) && !childStarts.has(seq)) cancel();
    });
  });
  // Whoever only waits for the start must not be told of the end, and the other way round.
  started.catch(() => undefined);
  completed.catch(() => undefined);
  return [started, completed];
}

function startChildCommand(
  execution: Execution,
  { seq, workflowType, options, headers }: StartChildWorkflowExecutionInput,
  { site, context }: { readonly site: CallSite; readonly context: WorkflowSerializationContext },
): StartChildWorkflowExecutionCommand {
  const { payloadConverter } = execution;
  const { args, typeInfo, memo, searchAttributes, typedSearchAttributes, staticSummary, staticDetails } = options;
  const hasAttributes = searchAttributes !== undefined || typedSearchAttributes !== undefined;
  return {
    kind: 'startChildWorkflowExecution',
    seq,
    namespace: execution.options.namespace,
    workflowId: options.workflowId,
    workflowType,
    taskQueue: options.taskQueue ?? execution.options.taskQueue,
    input: argumentPayloads(execution, args, typeInfo?.inputTypes, `child workflow "${workflowType}"`, context),
    workflowExecutionTimeout: duration(options.workflowExecutionTimeout),
    workflowRunTimeout: duration(options.workflowRunTimeout),
    workflowTaskTimeout: duration(options.workflowTaskTimeout),
    parentClosePolicy: encodeParentClosePolicy(options.parentClosePolicy) ?? 0,
    workflowIdReusePolicy: encodeWorkflowIdReusePolicy(options.workflowIdReusePolicy) ?? 0,
    retryPolicy: options.retry === undefined ? undefined : compileRetryPolicy(options.retry),
    cronSchedule: options.cronSchedule ?? '',
    headers,
    memo: memo === undefined ? {} : mapToPayloads(payloadConverter, memo, context, 'Memo field'),
    searchAttributes: hasAttributes
      ? encodeUnifiedSearchAttributes(searchAttributes, typedSearchAttributes)
      : undefined,
    cancellationType: encodeChildWorkflowCancellationType(options.cancellationType) ?? 2,
    versioningIntent: versioningIntentToProto(options.versioningIntent),
    priority: options.priority === undefined ? undefined : compilePriority(options.priority),
    userMetadata: userMetadataToPayload(payloadConverter, staticSummary, staticDetails, context),
    callSite: site,
  };
}

/** Signals another workflow: the end of the chain of outbound interceptors. */
export function signalWorkflow(input: SignalWorkflowInput): Promise<void> {
  const { seq, signalName, args, typeInfo, headers, target } = input;
  const execution = currentExecution();
  const site = callSite(signalWorkflow);
  const { signals } = execution.waiting;
  const { namespace } = execution.options;
  const workflowId = (target.type === 'external' ? target.workflowExecution.workflowId : target.childWorkflowId) ?? '';
  const context = { type: 'workflow', namespace, workflowId } as const;
  return waitInScope<void>(
    signals,
    seq,
    { site, context },
    () =>
      execution.push({
        kind: 'signalExternalWorkflowExecution',
        seq,
        signalName,
        arguments: argumentPayloads(execution, args, typeInfo?.inputTypes, `signal "${signalName}"`, context),
        headers,
        target:
          target.type === 'child'
            ? { childWorkflowId: target.childWorkflowId }
            : { workflowExecution: { namespace, workflowId, runId: target.workflowExecution.runId ?? '' } },
        callSite: site,
      }),
    () => execution.push({ kind: 'cancelSignalWorkflow', seq, callSite: site }),
  );
}

/** Asks another workflow to end. */
export function cancelExternalWorkflow(workflowId: string, runId: string | undefined): Promise<void> {
  const execution = currentExecution();
  const site = callSite(cancelExternalWorkflow);
  const seq = execution.next('cancel');
  return new Promise<void>((resolve, reject) => {
    execution.push({
      kind: 'requestCancelExternalWorkflowExecution',
      seq,
      workflowExecution: { namespace: execution.options.namespace, workflowId, runId: runId ?? '' },
      reason: '',
      callSite: site,
    });
    execution.waiting.cancels.set(seq, { resolve, reject, site });
  });
}

/** The result of what was waited for, as workflow code gets it. */
export function resultOf(
  execution: Execution,
  payload: Parameters<typeof ownPayload>[0] | undefined,
  { typeInfo, context = execution.serializationContext }: Waiting,
): unknown {
  if (payload === undefined) return undefined;
  return fromPayloadWithTypeInfo(execution.payloadConverter, ownPayload(payload), context, typeInfo?.outputType);
}

/** What converters are told of an activity of this run. */
function activityContext(execution: Execution, activityId: string, isLocal: boolean): ActivitySerializationContext {
  const { namespace } = execution.options;
  return { type: 'activity', namespace, activityId, workflowId: execution.workflowId, isLocal };
}
