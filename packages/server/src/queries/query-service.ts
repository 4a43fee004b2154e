import { isClosed } from '@perdure/engine';
import { enums, type query, type workflowservice } from '@perdure/protocol';
import { ServiceError, type CallContext, type CancelReason } from '../api/index.js';
import { shardUnavailable, type LiveExecution, type RunTarget } from '../shard/index.js';
import { DirectQueries, type DirectQueriesPorts, type Question } from './direct-queries.js';
import { addPendingQuery, pendingQueries, removePendingQuery } from './pending-queries.js';

const { QueryResultType, QueryRejectCondition, WorkflowExecutionStatus } = enums;
const DEFAULT_QUERY_TIMEOUT_MS = 10_000;
/** From this attempt on the workflow task keeps failing, and nothing can be asked of the workflow. */
const FAILING_ATTEMPT = 3;

/** What the task dispatcher needs of queries. */
export interface RidingQueriesPort {
  /** The queries that go out with a workflow task. */
  ride(live: LiveExecution, workflowTaskNumber: number): Record<string, query.IWorkflowQuery>;
}

/** What queries work with. */
export interface QueryServicePorts extends DirectQueriesPorts {
  readonly newId: () => string;
}

/**
 * Queries: questions to a workflow that leave no trace. While a workflow task is due, they ride on it, so that the
 * answer knows everything that was sent before; otherwise a worker is asked directly. A waiting query listens to its
 * run: whatever ends the workflow task it rides on, it goes with the next one or is asked directly.
 */
export class QueryService implements RidingQueriesPort {
  private readonly direct: DirectQueries;

  constructor(private readonly ports: QueryServicePorts) {
    this.direct = new DirectQueries(ports);
  }

  /** Asks the workflow and waits for a worker's answer. Throws INVALID_ARGUMENT if the query handler failed. */
  async query(
    target: RunTarget,
    asked: query.IWorkflowQuery,
    rejectCondition: enums.QueryRejectCondition,
    context: CallContext,
  ): Promise<workflowservice.IQueryWorkflowResponse> {
    const { live, status } = await this.ports
      .host()
      .read(target, (found) => ({ live: found, status: found.state.status }));
    if (rejectedBy(rejectCondition, status)) return { queryRejected: { status } };
    // It left memory in this very turn.
    if (live.discarded) return this.query(target, asked, rejectCondition, context);
    checkAskable(live);
    const result = await this.ask(live, asked, context);
    if (result.resultType === QueryResultType.QUERY_RESULT_TYPE_FAILED) {
      const detail = { type: 'QueryFailedFailure', fields: { failure: result.failure } };
      throw new ServiceError('INVALID_ARGUMENT', result.errorMessage || 'The query handler failed.', detail);
    }
    return { queryResult: result.answer };
  }

  private ask(
    live: LiveExecution,
    asked: query.IWorkflowQuery,
    context: CallContext,
  ): Promise<query.IWorkflowQueryResult> {
    const { clock, newId } = this.ports;
    return new Promise((resolve, reject) => {
      const queryId = newId();
      const deadlineMs = context.deadlineMs ?? clock.nowMs() + DEFAULT_QUERY_TIMEOUT_MS;
      const timer = clock.callAt(deadlineMs, () => settle(unanswered(live, 'deadline')));
      const stopCancel = context.onCancelled((reason) => settle(unanswered(live, reason)));
      let stopListening: (() => void) | undefined;
      const settle = (result: query.IWorkflowQueryResult | Error): void => {
        timer.cancel();
        stopCancel();
        stopListening?.();
        removePendingQuery(live, queryId);
        this.direct.forget(queryId);
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      const question: Question = { live, queryId, query: asked, settle };
      if (this.waitForWorkflowTask(question)) stopListening = live.onDurableChange(() => this.look(question));
    });
  }

  /** Whether the query waits to ride; if no workflow task is due, a worker is asked right away. */
  private waitForWorkflowTask(question: Question): boolean {
    const { live, queryId, settle } = question;
    if (isClosed(live.state) || live.state.workflowTask === undefined) {
      this.direct.ask(question);
      return false;
    }
    const { pendingQueriesPerRun } = this.ports.limits;
    if (pendingQueries(live).size >= pendingQueriesPerRun) {
      const message = `Run ${live.state.key.runId} already has ${pendingQueriesPerRun} queries waiting. Wait for them.`;
      settle(new ServiceError('RESOURCE_EXHAUSTED', message));
      return false;
    }
    addPendingQuery(live, { queryId, query: question.query, workflowTaskNumber: undefined, settle });
    return true;
  }

  /** The run has changed: a query whose workflow task has ended is carried by the next one, or asked directly. */
  private look(question: Question): void {
    const { live, queryId, settle } = question;
    if (live.discarded) {
      settle(shardUnavailable(new Error('the query waited for a workflow task')));
      return;
    }
    const pending = pendingQueries(live).get(queryId);
    if (pending === undefined) return;
    const task = isClosed(live.state) ? undefined : live.state.workflowTask;
    if (task === undefined) {
      removePendingQuery(live, queryId);
      this.direct.ask(question);
    } else if (task.attempt >= FAILING_ATTEMPT) settle(workflowTaskFails(live));
    else if (pending.workflowTaskNumber !== task.number) pending.workflowTaskNumber = undefined;
  }

  ride(live: LiveExecution, workflowTaskNumber: number): Record<string, query.IWorkflowQuery> {
    const riding: Record<string, query.IWorkflowQuery> = {};
    for (const pending of pendingQueries(live).values()) {
      if (pending.workflowTaskNumber === workflowTaskNumber) continue;
      pending.workflowTaskNumber = workflowTaskNumber;
      riding[pending.queryId] = pending.query;
    }
    return riding;
  }

  /**
   * Hands out the answers that came back with a workflow task, once its completion is durable: they tell of what it
   * did. To be called while the completion is decided.
   */
  answerRiding(live: LiveExecution, results: Readonly<Record<string, query.IWorkflowQueryResult>>): void {
    for (const [queryId, result] of Object.entries(results)) {
      const pending = pendingQueries(live).get(queryId);
      if (pending === undefined) continue;
      removePendingQuery(live, queryId);
      void Promise.resolve()
        .then(() => this.ports.host().shardFor(live.state.key).durable())
        .then(
          () => pending.settle(result),
          (error: unknown) => pending.settle(error instanceof Error ? error : shardUnavailable(error)),
        );
    }
  }

  /** A worker's answer to a query task. Throws NOT_FOUND if nobody waits for it. */
  answerDirect(namespaceId: string, queryId: string, result: query.IWorkflowQueryResult): void {
    this.direct.answer(namespaceId, queryId, result);
  }
}

function checkAskable(live: LiveExecution): void {
  const { state } = live;
  if (isClosed(state)) {
    if (state.previousStartedEventId > 0) return;
    const message = `Cannot query workflow ${state.key.workflowId}: workflow execution closed before WorkflowTaskStarted event.`;
    throw new ServiceError('FAILED_PRECONDITION', message, { type: 'WorkflowNotReadyFailure', fields: {} });
  }
  if (state.workflowTaskCount === 0) {
    const { workflowId } = state.key;
    const message = `Cannot query workflow ${workflowId}: its first workflow task has not been scheduled yet. Try again after its start delay or backoff.`;
    throw new ServiceError('FAILED_PRECONDITION', message, { type: 'WorkflowNotReadyFailure', fields: {} });
  }
  if ((state.workflowTask?.attempt ?? 1) >= FAILING_ATTEMPT) throw workflowTaskFails(live);
}

function workflowTaskFails({ state }: LiveExecution): ServiceError {
  const message = `Unable to query workflow due to Workflow Task in failed state. WorkflowId: ${state.key.workflowId}, RunId: ${state.key.runId}. See its history for the failure of the workflow task.`;
  return new ServiceError('FAILED_PRECONDITION', message, { type: 'WorkflowNotReadyFailure', fields: {} });
}

function unanswered({ state }: LiveExecution, reason: CancelReason): ServiceError {
  const { workflowId } = state.key;
  if (reason === 'drain') return new ServiceError('UNAVAILABLE', 'The server is stopping. Ask again.');
  return new ServiceError(
    'DEADLINE_EXCEEDED',
    `The query of workflow ${workflowId} was not answered in time. Is a worker of its task queue running?`,
  );
}

function rejectedBy(condition: enums.QueryRejectCondition, status: enums.WorkflowExecutionStatus): boolean {
  const isOpen = status === WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
  switch (condition) {
    case QueryRejectCondition.QUERY_REJECT_CONDITION_NOT_OPEN:
      return !isOpen;
    case QueryRejectCondition.QUERY_REJECT_CONDITION_NOT_COMPLETED_CLEANLY:
      return !isOpen && status !== WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED;
    default:
      return false;
  }
}
