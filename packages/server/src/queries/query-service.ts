import { isClosed, type Limits } from '@perdure/engine';
import { EncodedMessage, enums, type query, type workflowservice } from '@perdure/protocol';
import { ServiceError, type CallContext } from '../api/index.js';
import type { Clock } from '../clock.js';
import { encodeHistoryPageToken, readEvents } from '../history/index.js';
import type { ExecutionHost } from '../host/index.js';
import type { Matching, Poller } from '../matching/index.js';
import type { LiveExecution, RunTarget } from '../shard/index.js';
import type { Store } from '../store/index.js';
import { encodeQueryTaskToken } from '../tasks/token.js';
import { addPendingQuery, pendingQueries, removePendingQuery, type PendingQuery } from './pending-queries.js';

const { QueryResultType, QueryRejectCondition, TaskQueueKind, WorkflowExecutionStatus } = enums;
/** How long a query waits for the worker that has the run in its cache before any worker is asked. */
const STICKY_PATIENCE_MS = 1000;
const DEFAULT_QUERY_TIMEOUT_MS = 10_000;

/** What the task dispatcher needs of queries. */
export interface RidingQueriesPort {
  /** The queries that go out with a workflow task. */
  ride(live: LiveExecution, workflowTaskNumber: number): Record<string, query.IWorkflowQuery>;
}

export interface QueryServicePorts {
  readonly host: () => ExecutionHost;
  readonly matching: Matching;
  readonly store: Store;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** A question on its way to a worker outside of workflow tasks. */
interface DirectQuery {
  readonly namespaceId: string;
  readonly settle: (result: query.IWorkflowQueryResult | Error) => void;
}

/**
 * Queries: questions to a workflow that leave no trace. While a workflow task is due, they ride on it, so that the
 * answer knows everything that was sent before; otherwise a worker is asked directly.
 */
export class QueryService implements RidingQueriesPort {
  private readonly direct = new Map<string, DirectQuery>();

  constructor(private readonly ports: QueryServicePorts) {}

  async query(
    target: RunTarget,
    asked: query.IWorkflowQuery,
    rejectCondition: enums.QueryRejectCondition,
    context: CallContext,
  ): Promise<workflowservice.IQueryWorkflowResponse> {
    const host = this.ports.host();
    const view = await host.read(target, (live) => ({ live, status: live.state.status }));
    const rejected = rejectedBy(rejectCondition, view.status);
    if (rejected) return { queryRejected: { status: view.status } };
    const { live } = view;
    if (live.state.workflowTaskCount === 0 && !isClosed(live.state)) {
      throw new ServiceError(
        'FAILED_PRECONDITION',
        `Cannot query workflow ${target.workflowId}: its first workflow task has not been scheduled yet. Try again after its start delay or backoff.`,
      );
    }
    if (live.state.previousStartedEventId === 0 && isClosed(live.state)) {
      throw new ServiceError(
        'FAILED_PRECONDITION',
        `Cannot query workflow ${target.workflowId}: workflow execution closed before WorkflowTaskStarted event, so that no worker can replay it.`,
      );
    }
    const result = await this.ask(live, asked, context);
    if (result.resultType === QueryResultType.QUERY_RESULT_TYPE_FAILED) {
      throw new ServiceError('INVALID_ARGUMENT', result.errorMessage || 'The query handler failed.', {
        type: 'QueryFailedFailure',
        fields: { failure: result.failure },
      });
    }
    return { queryResult: result.answer };
  }

  private ask(
    live: LiveExecution,
    asked: query.IWorkflowQuery,
    context: CallContext,
  ): Promise<query.IWorkflowQueryResult> {
    return new Promise((resolve, reject) => {
      const queryId = this.ports.newId();
      let stopListening = (): void => undefined;
      const forget = context.onCancelled(() =>
        settle(
          new ServiceError(
            'DEADLINE_EXCEEDED',
            `The query of workflow ${live.state.key.workflowId} was not answered in time. Is a worker of its task queue running?`,
          ),
        ),
      );
      const timer = this.ports.clock.callAt(
        context.deadlineMs ?? this.ports.clock.nowMs() + DEFAULT_QUERY_TIMEOUT_MS,
        () =>
          settle(
            new ServiceError(
              'DEADLINE_EXCEEDED',
              `The query of workflow ${live.state.key.workflowId} was not answered in time. Is a worker of its task queue running?`,
            ),
          ),
      );
      const settle = (result: query.IWorkflowQueryResult | Error): void => {
        forget();
        timer.cancel();
        stopListening();
        removePendingQuery(live, queryId);
        this.direct.delete(queryId);
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      const askDirectly = (): void => {
        stopListening();
        removePendingQuery(live, queryId);
        this.askDirectly(live, queryId, asked, settle);
      };
      const task = live.state.workflowTask;
      if (isClosed(live.state) || task === undefined) {
        askDirectly();
        return;
      }
      if (pendingQueries(live).size >= this.ports.limits.pendingQueriesPerRun) {
        settle(
          new ServiceError(
            'RESOURCE_EXHAUSTED',
            `Run ${live.state.key.runId} already has ${this.ports.limits.pendingQueriesPerRun} queries waiting. Wait for them to be answered.`,
          ),
        );
        return;
      }
      const pending: PendingQuery = { queryId, query: asked, workflowTaskNumber: undefined, settle };
      addPendingQuery(live, pending);
      stopListening = live.onDurableChange(() => this.reconsider(live, pending, askDirectly));
    });
  }

  ride(live: LiveExecution, workflowTaskNumber: number): Record<string, query.IWorkflowQuery> {
    const riding: Record<string, query.IWorkflowQuery> = {};
    for (const pending of pendingQueries(live).values()) {
      if (pending.workflowTaskNumber !== undefined) continue;
      pending.workflowTaskNumber = workflowTaskNumber;
      riding[pending.queryId] = pending.query;
    }
    return riding;
  }

  /** Hands out the answers that came back with a workflow task. */
  answerRiding(live: LiveExecution, results: Readonly<Record<string, query.IWorkflowQueryResult>>): void {
    for (const [queryId, result] of Object.entries(results)) pendingQueries(live).get(queryId)?.settle(result);
  }

  /**
   * The run has changed, durably. A query whose workflow task ended without answering it (completed, failed, timed out)
   * waits for the next one, or is asked directly if there is none: by then a worker may be shown all of the history.
   */
  private reconsider(live: LiveExecution, pending: PendingQuery, askDirectly: () => void): void {
    if (live.discarded) {
      pending.settle(new ServiceError('UNAVAILABLE', 'The execution was reloaded while the query waited. Try again.'));
      return;
    }
    const task = isClosed(live.state) ? undefined : live.state.workflowTask;
    if (task === undefined) askDirectly();
    else if (pending.workflowTaskNumber !== task.number) pending.workflowTaskNumber = undefined;
  }

  /** A worker's answer to a query task. */
  answerDirect(namespaceId: string, queryId: string, result: query.IWorkflowQueryResult): void {
    const waiting = this.direct.get(queryId);
    if (waiting === undefined || waiting.namespaceId !== namespaceId) {
      throw new ServiceError('NOT_FOUND', 'query task not found, or already expired', {
        type: 'NotFoundFailure',
        fields: {},
      });
    }
    waiting.settle(result);
  }

  private askDirectly(
    live: LiveExecution,
    queryId: string,
    asked: query.IWorkflowQuery,
    settle: DirectQuery['settle'],
  ): void {
    const { namespaceId } = live.state.key;
    this.direct.set(queryId, { namespaceId, settle });
    const stickyName = live.state.sticky?.name;
    const stickyQueue =
      stickyName === undefined
        ? undefined
        : this.ports.matching.existing({ namespaceId, kind: 'workflow', name: stickyName });
    if (stickyQueue?.hasRecentPoller() === true && !isClosed(live.state)) {
      this.offer(live, queryId, asked, stickyQueue, true);
      this.ports.clock.callAt(this.ports.clock.nowMs() + STICKY_PATIENCE_MS, () => {
        if (this.direct.has(queryId)) this.offerNormally(live, queryId, asked, settle);
      });
      return;
    }
    this.offerNormally(live, queryId, asked, settle);
  }

  private offerNormally(
    live: LiveExecution,
    queryId: string,
    asked: query.IWorkflowQuery,
    settle: DirectQuery['settle'],
  ): void {
    const { namespaceId } = live.state.key;
    const name = live.state.started.taskQueue?.name ?? '';
    const queue = this.ports.matching.queue({ namespaceId, kind: 'workflow', name });
    if (!queue.hasRecentPoller()) {
      settle(
        new ServiceError('FAILED_PRECONDITION', `no poller seen for task queue ${name} recently, worker may be down`),
      );
      return;
    }
    this.offer(live, queryId, asked, queue, false);
  }

  private offer(
    live: LiveExecution,
    queryId: string,
    asked: query.IWorkflowQuery,
    queue: ReturnType<Matching['queue']>,
    isSticky: boolean,
  ): void {
    queue.offer({
      priority: 1,
      createdMs: this.ports.clock.nowMs(),
      dispatch: (poller) => this.give(live, queryId, asked, isSticky, poller),
      abandon: () => undefined,
    });
  }

  private give(
    live: LiveExecution,
    queryId: string,
    asked: query.IWorkflowQuery,
    isSticky: boolean,
    poller: Poller,
  ): void {
    if (!this.direct.has(queryId)) {
      poller.returnToQueue?.();
      return;
    }
    this.queryTask(live, queryId, asked, isSticky).then(
      (task) => poller.answer(task),
      (error: unknown) => poller.fail(error instanceof Error ? error : new Error(String(error))),
    );
  }

  private async queryTask(
    live: LiveExecution,
    queryId: string,
    asked: query.IWorkflowQuery,
    isSticky: boolean,
  ): Promise<workflowservice.IPollWorkflowTaskQueueResponse> {
    await everythingDurable(live);
    const { state } = live;
    const { key, started } = state;
    const toEventId = live.durableNextEventId - 1;
    const response: workflowservice.IPollWorkflowTaskQueueResponse = {
      taskToken: encodeQueryTaskToken({ namespaceId: key.namespaceId, queryId }),
      workflowExecution: { workflowId: key.workflowId, runId: key.runId },
      workflowType: started.workflowType,
      previousStartedEventId: state.previousStartedEventId,
      startedEventId: state.previousStartedEventId,
      query: asked,
      workflowExecutionTaskQueue: { name: started.taskQueue?.name, kind: TaskQueueKind.TASK_QUEUE_KIND_NORMAL },
      attempt: 1,
    };
    // The worker of a sticky queue has the run in its cache and needs no history.
    if (isSticky) return { ...response, history: {} };
    const { historyPageEvents, historyPageSizeBytes } = this.ports.limits;
    const page = await readEvents(this.ports.store, live, {
      fromEventId: 1,
      toEventId,
      maxEvents: historyPageEvents,
      maxBytes: historyPageSizeBytes,
    });
    const history = new EncodedMessage(page.chunks);
    if (page.nextEventId === undefined) return { ...response, history };
    return {
      ...response,
      history,
      nextPageToken: encodeHistoryPageToken({
        runId: key.runId,
        fromEventId: page.nextEventId,
        toEventId,
        virtualEvents: [],
      }),
    };
  }
}

/** Waits until all that was decided so far may be shown to a worker. */
async function everythingDurable(live: LiveExecution): Promise<void> {
  while (live.durableNextEventId < live.state.nextEventId && !live.discarded) {
    await new Promise<void>((resolve) => {
      const stopListening = live.onDurableChange(() => {
        stopListening();
        resolve();
      });
    });
  }
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
