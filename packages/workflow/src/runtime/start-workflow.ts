import {
  arrayFromPayloads,
  decodePriority,
  decompileRetryPolicy,
  isWorkflowFunctionWithOptions,
  mapFromPayloads,
  optionalTsToMs,
  toPayloadWithTypeInfo,
  encodeVersioningBehavior,
  fromPayloadsAtIndex,
  type PayloadTypeInfo,
  type WorkflowDefinitionOptions,
} from '@perdure/common';
import {
  callUserCode,
  composeInterceptors,
  decodeSearchAttributes,
  decodeTypedSearchAttributes,
  namingValue,
} from '@perdure/common/internal';
import type { InitializeWorkflowJob } from '@perdure/common/activation';
import type { Any } from '../any.js';
import { runInRootScope } from '../cancellation-scope.js';
import { isCancellation, WorkflowError } from '../errors.js';
import { ContinueAsNew, type WorkflowInfo } from '../interfaces.js';
import type { WorkflowExecuteInput } from '../interceptors.js';
import { ownPayload, ownPayloads, type Execution } from './execution.js';
import { registerHandlerErrors } from './handlers.js';

type WorkflowFunction = ((...args: Any[]) => Promise<unknown>) & {
  readonly staticOptions?: { readonly typeInfo?: PayloadTypeInfo };
};

/**
 * Makes a run ready. The workflow function itself is called when all jobs of the activation are done, so that it sees at once what came
 * before it: a cancellation, and signals and updates that wait for their handlers.
 */
export function prepareWorkflow(execution: Execution, job: InitializeWorkflowJob): void {
  execution.reseed(job.randomnessSeed);
  const { modules } = execution;
  execution.describe(infoMaker(execution, job));
  for (const factory of modules.interceptors) {
    const { inbound = [], outbound = [], internals = [] } = factory();
    execution.interceptors.inbound.push(...inbound);
    execution.interceptors.outbound.push(...outbound);
    execution.interceptors.internals.push(...internals);
  }
  const workflow = findWorkflow(modules.workflows, job.workflowType);
  applyDefinitionOptions(execution, workflow);
  const typeInfo = workflow.staticOptions?.typeInfo;
  const { payloadConverter, serializationContext } = execution;
  const args = arrayFromPayloads(
    payloadConverter,
    ownPayloads(job.arguments),
    serializationContext,
    typeInfo?.inputTypes,
  );
  const execute = composeInterceptors(execution.interceptors.inbound, 'execute', (input: WorkflowExecuteInput) =>
    callUserCode(() => workflow(...input.args)),
  );
  execution.begin = () => {
    execution.begin = undefined;
    const { headers } = job;
    const running = runInRootScope(execution.rootScope, () =>
      promiseOf(() => execute({ args, headers: { ...headers } })),
    );
    endWith(execution, running, typeInfo?.outputType);
  };
}

/** Apart from where the run is made ready: functions that live as long as it does would keep all of that in memory. */
function endWith(execution: Execution, running: Promise<unknown>, outputType: PayloadTypeInfo['outputType']): void {
  running.then(
    (value) => {
      const { payloadConverter, serializationContext } = execution;
      execution.isCompleted = true;
      try {
        const result = toPayloadWithTypeInfo(payloadConverter, value, serializationContext, outputType);
        execution.push({ kind: 'completeWorkflowExecution', result });
      } catch (error) {
        endWithError(execution, namingValue(error, `The result of workflow "${execution.info.workflowType}"`));
      }
    },
    (error: unknown) => endWithError(execution, error),
  );
}

/** What the function gives, whose promise is passed on as it is: a workflow function need not be asynchronous, and may throw at once. */
function promiseOf(run: () => unknown): Promise<unknown> {
  try {
    return Promise.resolve(run());
  } catch (error) {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- passed on as it is
    return Promise.reject(error);
  }
}

/** What becomes of a run whose function, or one of whose handlers, threw. */
function endWithError(execution: Execution, error: unknown): void {
  if (error instanceof ContinueAsNew) {
    execution.isCompleted = true;
    execution.push(error.command);
  } else if (execution.isCancelled && isCancellation(error)) {
    execution.isCompleted = true;
    execution.push({ kind: 'cancelWorkflowExecution' });
  } else if (execution.failsWorkflow(error)) {
    execution.isCompleted = true;
    execution.push({ kind: 'failWorkflowExecution', failure: execution.errorToFailure(error) });
  } else execution.failTask(error);
}

registerHandlerErrors(endWithError);

function findWorkflow(workflows: Readonly<Record<string, unknown>>, type: string): WorkflowFunction {
  const exported = Object.hasOwn(workflows, type) ? workflows[type] : workflows['default'];
  if (typeof exported === 'function') return exported as WorkflowFunction;
  const known = Object.keys(workflows).filter((name) => typeof workflows[name] === 'function');
  const kind = exported === undefined ? 'is not registered on this worker' : 'is not a function';
  throw new WorkflowError(
    `Workflow type '${type}' ${kind}. Workflows exported by the worker's workflowsPath: ${known.join(', ') || 'none'}.`,
  );
}

function applyDefinitionOptions(execution: Execution, workflow: unknown): void {
  if (!isWorkflowFunctionWithOptions(workflow)) return;
  const { workflowDefinitionOptions: given } = workflow;
  const options: WorkflowDefinitionOptions = typeof given === 'function' ? given() : given;
  execution.versioningBehavior = encodeVersioningBehavior(options.versioningBehavior) ?? 0;
  const { failureExceptionTypes = [] } = options;
  if (failureExceptionTypes.length === 0) return;
  execution.failureErrorTypes = [...execution.failureErrorTypes, ...failureExceptionTypes.map(({ name }) => name)];
}

/** Knows no more than it needs: it may stay as long as the run. */
function infoMaker(execution: Execution, job: InitializeWorkflowJob): () => WorkflowInfo {
  const runStartTimeMs = execution.nowMs;
  return () => workflowInfoOf(execution, job, runStartTimeMs);
}

function workflowInfoOf(execution: Execution, job: InitializeWorkflowJob, runStartTimeMs: number): WorkflowInfo {
  const { options, payloadConverter, serializationContext } = execution;
  const { parentWorkflowInfo: parent, rootWorkflow: root } = job;
  const runTimeoutMs = optionalTsToMs(job.workflowRunTimeout);
  const executionTimeoutMs = optionalTsToMs(job.workflowExecutionTimeout);
  const expirationMs = optionalTsToMs(job.workflowExecutionExpirationTime);
  const memo = mapFromPayloads(payloadConverter, job.memo, serializationContext);
  return {
    workflowId: job.workflowId,
    ...execution.taskInfo,
    workflowType: job.workflowType,
    searchAttributes: decodeSearchAttributes(job.searchAttributes),
    typedSearchAttributes: decodeTypedSearchAttributes(job.searchAttributes),
    memo: memo !== undefined && Object.keys(memo).length > 0 ? memo : undefined,
    parent: parent && { namespace: parent.namespace, workflowId: parent.workflowId, runId: parent.runId },
    root: root && { workflowId: root.workflowId, runId: root.runId },
    lastResult:
      job.lastCompletionResult.length === 0
        ? undefined
        : fromPayloadsAtIndex(payloadConverter, 0, job.lastCompletionResult.map(ownPayload), serializationContext),
    lastFailure: job.continuedFailure == null ? undefined : execution.failureToError(job.continuedFailure),
    taskQueue: options.taskQueue,
    namespace: options.namespace,
    firstExecutionRunId: job.firstExecutionRunId,
    originalExecutionRunId: job.originalExecutionRunId,
    continuedFromExecutionRunId: job.continuedFromExecutionRunId || undefined,
    startTime: new Date(job.startTimeMs),
    runStartTime: new Date(runStartTimeMs),
    executionTimeoutMs: executionTimeoutMs || undefined,
    executionExpirationTime: expirationMs ? new Date(expirationMs) : undefined,
    runTimeoutMs: runTimeoutMs || undefined,
    taskTimeoutMs: optionalTsToMs(job.workflowTaskTimeout) ?? 0,
    retryPolicy: decompileRetryPolicy(job.retryPolicy),
    attempt: job.attempt,
    cronSchedule: job.cronSchedule || undefined,
    cronScheduleToScheduleInterval: optionalTsToMs(job.cronScheduleToScheduleInterval) || undefined,
    priority: job.priority == null ? undefined : decodePriority(job.priority),
    unsafe: {
      now: options.nowMs,
      get isReplaying() {
        return execution.isReplaying;
      },
      get isReplayingHistoryEvents() {
        return execution.isReplaying && !execution.isAnsweringQuery;
      },
      random: options.unsafeRandom,
    },
  };
}
