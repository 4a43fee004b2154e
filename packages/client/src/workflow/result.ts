import {
  CancelledFailure,
  decodeRetryState,
  fromPayloadsAtIndex,
  RetryState,
  TerminatedFailure,
  TimeoutFailure,
  TimeoutType,
  type TypeInfo,
} from '@perdure/common';
import {
  decodeArrayFromPayloads,
  decodeFromPayloadsAtIndex,
  decodeOptionalFailureToOptionalError,
} from '@perdure/common/internal/conversion';
import { enums, type common, type history, type workflowservice } from '@perdure/protocol';
import { throwWorkflowError } from '../error-conversion.js';
import { WorkflowContinuedAsNewError, WorkflowFailedError } from '../errors.js';
import { type CallScope, serializationContext } from './call-scope.js';

/** What the end of a run means: a result, an error, or another run that took over. */
type RunEnd =
  | { readonly kind: 'result'; readonly value: unknown }
  | { readonly kind: 'error'; readonly error: Error }
  | { readonly kind: 'successor'; readonly runId: string };

/** How a result is waited for. */
export interface ResultQuestion {
  readonly workflowId: string;
  readonly runId: string | undefined;
  readonly followRuns: boolean;
  readonly outputType: TypeInfo | undefined;
}

/** Waits until the workflow closes, following its chain of runs unless told not to. */
export async function workflowResult(scope: CallScope, question: ResultQuestion): Promise<unknown> {
  const { workflowId, followRuns } = question;
  let { runId } = question;
  for (;;) {
    const event = await closeEvent(scope, workflowId, runId);
    const read = readEnd(scope, question, event);
    const end = read instanceof Promise ? await read : read;
    if (end.kind === 'result') return end.value;
    if (end.kind === 'error') throw end.error;
    if (!followRuns) throw new WorkflowContinuedAsNewError('Workflow execution continued as new', end.runId);
    runId = end.runId;
  }
}

async function closeEvent(
  scope: CallScope,
  workflowId: string,
  runId: string | undefined,
): Promise<history.HistoryEvent> {
  let nextPageToken: Uint8Array | undefined;
  for (;;) {
    const request = {
      namespace: scope.namespace,
      execution: { workflowId, runId },
      skipArchival: true,
      waitNewEvent: true,
      historyEventFilterType: enums.HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT,
      nextPageToken,
    };
    let page: workflowservice.GetWorkflowExecutionHistoryResponse;
    try {
      page = await scope.service.getWorkflowExecutionHistory(request);
    } catch (error) {
      throwWorkflowError(error, 'Failed to get Workflow execution history', { workflowId, runId });
    }
    const event = page.history?.events[0];
    if (event !== undefined) return event;
    nextPageToken = page.nextPageToken.length > 0 ? page.nextPageToken : undefined;
  }
}

/** At once for another run that took over, and for a result that no codec has to decode. */
function readEnd(scope: CallScope, question: ResultQuestion, event: history.HistoryEvent): RunEnd | Promise<RunEnd> {
  if (event.workflowExecutionContinuedAsNewEventAttributes !== undefined) {
    return { kind: 'successor', runId: event.workflowExecutionContinuedAsNewEventAttributes.newExecutionRunId };
  }
  const successor = successorOf(event);
  if (question.followRuns && successor !== '') return { kind: 'successor', runId: successor };

  const completed = event.workflowExecutionCompletedEventAttributes;
  return completed === undefined
    ? readFailure(scope, question, event)
    : readResult(scope, question, completed.result?.payloads);
}

function readResult(
  scope: CallScope,
  { workflowId, outputType }: ResultQuestion,
  payloads: readonly common.IPayload[] | undefined,
): RunEnd | Promise<RunEnd> {
  const { dataConverter } = scope;
  const context = serializationContext(scope, workflowId);
  if (dataConverter.payloadCodecs.length === 0) {
    const value = fromPayloadsAtIndex(dataConverter.payloadConverter, 0, payloads, context, outputType);
    return { kind: 'result', value };
  }
  const decoded = decodeFromPayloadsAtIndex(dataConverter, 0, payloads, context, outputType);
  return decoded.then((value) => ({ kind: 'result', value }));
}

async function readFailure(scope: CallScope, question: ResultQuestion, event: history.HistoryEvent): Promise<RunEnd> {
  const { dataConverter } = scope;
  const context = serializationContext(scope, question.workflowId);
  const failed = event.workflowExecutionFailedEventAttributes;
  if (failed !== undefined) {
    const cause = await decodeOptionalFailureToOptionalError(dataConverter, failed.failure, context);
    const retryState = decodeRetryState(failed.retryState) ?? RetryState.NON_RETRYABLE_FAILURE;
    return failure('Workflow execution failed', cause, retryState);
  }
  const canceled = event.workflowExecutionCanceledEventAttributes;
  if (canceled !== undefined) {
    const details = await decodeArrayFromPayloads(dataConverter, canceled.details?.payloads, context);
    return failure('Workflow execution cancelled', new CancelledFailure('Workflow canceled', details));
  }
  const terminated = event.workflowExecutionTerminatedEventAttributes;
  if (terminated !== undefined) {
    const reason = terminated.reason === '' ? 'Workflow execution terminated' : terminated.reason;
    return failure(reason, new TerminatedFailure(reason));
  }
  const timedOut = event.workflowExecutionTimedOutEventAttributes;
  if (timedOut !== undefined) {
    const cause = new TimeoutFailure('Workflow execution timed out', undefined, TimeoutType.START_TO_CLOSE);
    const retryState = decodeRetryState(timedOut.retryState) ?? RetryState.TIMEOUT;
    return failure('Workflow execution timed out', cause, retryState);
  }
  throw new Error(`Workflow ${question.workflowId} closed with an event of unknown type ${event.eventType}`);
}

function failure(
  message: string,
  cause: Error | undefined,
  state: RetryState = RetryState.NON_RETRYABLE_FAILURE,
): RunEnd {
  return { kind: 'error', error: new WorkflowFailedError(message, cause, state) };
}

/** The run that took over from a closed one by retry or by its cron schedule; empty if there is none. */
function successorOf(event: history.HistoryEvent): string {
  const attributes =
    event.workflowExecutionCompletedEventAttributes ??
    event.workflowExecutionFailedEventAttributes ??
    event.workflowExecutionTimedOutEventAttributes;
  return attributes?.newExecutionRunId ?? '';
}
