import {
  ApplicationFailure,
  arrayFromPayloads,
  ensureTemporalFailure,
  HandlerUnfinishedPolicy,
  type PayloadTypeInfo,
} from '@perdure/common';
import {
  callUserCode,
  composeInterceptors,
  ENHANCED_STACK_TRACE_QUERY_NAME,
  STACK_TRACE_QUERY_NAME,
  toNamedPayload,
} from '@perdure/common/internal';
import type { DoUpdateJob, QueryWorkflowJob, SignalWorkflowJob } from '@perdure/common/activation';
import { runInRootScope } from '../cancellation-scope.js';
import { ContinueAsNew } from '../interfaces.js';
import { DeterminismViolationError } from '../errors.js';
import type { QueryInput, SignalInput, UpdateInput } from '../interceptors.js';
import { runInUpdateScope } from './update-scope.js';
import { ownPayloads, type Execution, type RunningHandler } from './execution.js';
import { METADATA_QUERY, workflowMetadata } from './metadata.js';
import { enhancedStackTrace, stackTrace } from './stack-traces.js';

/** Hands a signal to its handler, or keeps it until there is one. */
export function deliverSignal(execution: Execution, job: SignalWorkflowJob): void {
  const handler = execution.signalHandlers.get(job.signalName);
  const fallback = execution.defaultSignalHandler;
  if (handler === undefined && fallback === undefined) {
    execution.bufferedSignals.push(job);
    return;
  }
  const args = argumentsOf(execution, job.input, handler?.typeInfo);
  const input: SignalInput = { signalName: job.signalName, args, headers: { ...job.headers } };
  const execute = composeInterceptors(execution.interceptors.inbound, 'handleSignal', async (next: SignalInput) => {
    const current = execution.signalHandlers.get(next.signalName);
    if (current !== undefined) await callUserCode(() => current.handler(...next.args));
    else await callUserCode(() => fallback?.(next.signalName, ...next.args));
  });
  const running: RunningHandler = {
    name: job.signalName,
    unfinishedPolicy: handler?.unfinishedPolicy ?? HandlerUnfinishedPolicy.WARN_AND_ABANDON,
  };
  execution.runningHandlers.add(running);
  runInRootScope(execution.rootScope, () => execute(input))
    .catch((error: unknown) => failFromHandler(execution, error))
    .finally(() => execution.runningHandlers.delete(running));
}

/** Validates an update and carries it out; keeps it until there is a handler. */
export function deliverUpdate(execution: Execution, job: DoUpdateJob): void {
  const handler = execution.updateHandlers.get(job.name);
  const fallback = execution.defaultUpdateHandler;
  if (handler === undefined && fallback === undefined) {
    execution.bufferedUpdates.push(job);
    return;
  }
  const headers = { ...job.headers };
  const typeInfo = handler?.typeInfo;
  const decode = (): UpdateInput => ({
    updateId: job.id,
    name: job.name,
    args: argumentsOf(execution, job.input, typeInfo),
    headers,
  });
  const { inbound } = execution.interceptors;
  const { protocolInstanceId } = job;
  let input: UpdateInput;
  try {
    if (job.runValidator && handler?.validator !== undefined) {
      const validate = composeInterceptors(inbound, 'validateUpdate', (next: UpdateInput) => {
        callUserCode(() => handler.validator?.(...next.args));
      });
      execution.isAnsweringQuery = true;
      try {
        runInUpdateScope({ id: job.id, name: job.name }, () => validate(decode()));
        execution.assertNothingChanged();
      } finally {
        execution.isAnsweringQuery = false;
      }
    }
    // Anew, so that nothing a validator did to its arguments reaches the handler.
    input = decode();
  } catch (error) {
    reject(execution, protocolInstanceId, error);
    return;
  }
  execution.push({ kind: 'updateResponse', protocolInstanceId, response: { status: 'accepted' } });
  const execute = composeInterceptors(inbound, 'handleUpdate', async (next: UpdateInput) => {
    const current = execution.updateHandlers.get(next.name);
    if (current !== undefined) return (await callUserCode(() => current.handler(...next.args))) as unknown;
    return await callUserCode(() => fallback?.(next.name, ...next.args));
  });
  const running: RunningHandler = {
    name: job.name,
    unfinishedPolicy: handler?.unfinishedPolicy ?? HandlerUnfinishedPolicy.WARN_AND_ABANDON,
    updateId: job.id,
  };
  execution.runningHandlers.add(running);
  runInRootScope(execution.rootScope, () => runInUpdateScope({ id: job.id, name: job.name }, () => execute(input)))
    .then((value) => {
      const { payloadConverter, serializationContext } = execution;
      const what = `The result of update "${job.name}"`;
      const result = toNamedPayload(payloadConverter, value, serializationContext, typeInfo?.outputType, what);
      execution.push({ kind: 'updateResponse', protocolInstanceId, response: { status: 'completed', result } });
    })
    .catch((error: unknown) => {
      // An update that is accepted can only fail with a failure: any other error is a bug, and the task is tried again.
      if (execution.failsWorkflow(error) && !(error instanceof ContinueAsNew)) {
        reject(execution, protocolInstanceId, error);
      } else failFromHandler(execution, error);
    })
    .finally(() => execution.runningHandlers.delete(running));
}

/** Answers a query in the same turn if its handler does. */
export function answerQuery(execution: Execution, job: QueryWorkflowJob): void {
  const { queryId, queryType } = job;
  const handler = execution.queryHandlers.get(queryType) ?? builtInQuery(execution, queryType);
  const fallback = execution.defaultQueryHandler;
  const execute = composeInterceptors(execution.interceptors.inbound, 'handleQuery', async (next: QueryInput) => {
    const run = handler?.handler ?? (fallback && ((...args: unknown[]) => fallback(next.queryName, ...args)));
    if (run === undefined) throw unknownQuery(execution, next.queryName);
    const answer: unknown = callUserCode(() => run(...next.args));
    execution.assertNothingChanged();
    if (answer instanceof Promise) {
      throw new DeterminismViolationError(
        `The handler of query ${next.queryName} is async. Query handlers must answer at once.`,
      );
    }
    return answer;
  });
  const respond = (run: () => Promise<unknown>): void => {
    run()
      .then((value) => {
        const { payloadConverter, serializationContext } = execution;
        const response = toNamedPayload(
          payloadConverter,
          value,
          serializationContext,
          handler?.typeInfo?.outputType,
          `The answer of query "${queryType}"`,
        );
        execution.commands.push({ kind: 'respondToQuery', queryId, result: { status: 'succeeded', response } });
      })
      .catch((error: unknown) => {
        const failure = execution.errorToFailure(ensureTemporalFailure(error));
        execution.commands.push({ kind: 'respondToQuery', queryId, result: { status: 'failed', failure } });
      });
  };
  respond(() =>
    runInRootScope(execution.rootScope, async () =>
      execute({
        queryId,
        queryName: queryType,
        args: argumentsOf(execution, job.arguments, handler?.typeInfo),
        headers: { ...job.headers },
      }),
    ),
  );
}

/** Handlers were set: what has waited for them goes to them. */
export function dispatchBuffered(execution: Execution): void {
  for (const job of execution.bufferedSignals.splice(0)) deliverSignal(execution, job);
  for (const job of execution.bufferedUpdates.splice(0)) deliverUpdate(execution, job);
}

/** At the end of an activation: updates that nobody takes are refused. */
export function rejectBufferedUpdates(execution: Execution): void {
  for (const { name, protocolInstanceId } of execution.bufferedUpdates.splice(0)) {
    const known = [...execution.updateHandlers.keys()].sort().join(' ');
    const error = ApplicationFailure.nonRetryable(
      `No registered handler for update: ${name}. Registered updates: [${known}]`,
      'UpdateHandlerNotFound',
    );
    reject(execution, protocolInstanceId, error);
  }
}

function reject(execution: Execution, protocolInstanceId: string, error: unknown): void {
  const failure = execution.errorToFailure(ensureTemporalFailure(error));
  execution.commands.push({ kind: 'updateResponse', protocolInstanceId, response: { status: 'rejected', failure } });
}

/** What a handler throws is what the workflow throws. */
function failFromHandler(execution: Execution, error: unknown): void {
  onHandlerError(execution, error);
}

let onHandlerError: (execution: Execution, error: unknown) => void = (execution, error) => execution.failTask(error);

/** Tells this module how a workflow ends, which it cannot import in a circle. */
export function registerHandlerErrors(handle: (execution: Execution, error: unknown) => void): void {
  onHandlerError = handle;
}

function argumentsOf(
  execution: Execution,
  payloads: QueryWorkflowJob['arguments'],
  typeInfo: Pick<PayloadTypeInfo, 'inputTypes'> | undefined,
): unknown[] {
  const { payloadConverter, serializationContext } = execution;
  return arrayFromPayloads(payloadConverter, ownPayloads(payloads), serializationContext, typeInfo?.inputTypes);
}

function builtInQuery(
  execution: Execution,
  name: string,
): { handler: (...args: unknown[]) => unknown; typeInfo?: PayloadTypeInfo } | undefined {
  switch (name) {
    case STACK_TRACE_QUERY_NAME:
      return { handler: () => stackTrace(execution) };
    case ENHANCED_STACK_TRACE_QUERY_NAME:
      return { handler: () => enhancedStackTrace(execution) };
    case METADATA_QUERY:
      return { handler: () => workflowMetadata(execution) };
    default:
      return undefined;
  }
}

function unknownQuery(execution: Execution, name: string): Error {
  const known = [
    ...execution.queryHandlers.keys(),
    STACK_TRACE_QUERY_NAME,
    ENHANCED_STACK_TRACE_QUERY_NAME,
    METADATA_QUERY,
  ];
  return new ReferenceError(
    `Workflow did not register a handler for ${name}. Registered queries: [${known.sort().join(' ')}]`,
  );
}
