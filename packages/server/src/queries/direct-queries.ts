import { isClosed, type Limits } from '@perdure/engine';
import { EncodedMessage, enums, type query, type workflowservice } from '@perdure/protocol';
import { InFlightMap } from '@perdure/protocol/in-flight';
import { ServiceError } from '../api/index.js';
import type { Clock, ClockTimer } from '../clock.js';
import { encodeHistoryPageToken, readEvents } from '../history/index.js';
import type { ExecutionHost } from '../host/index.js';
import type { Matching, PendingTask, Poller, TaskQueue } from '../matching/index.js';
import { shardUnavailable, type LiveExecution } from '../shard/index.js';
import type { Store } from '../store/index.js';
import { encodeQueryTaskToken } from '../tasks/token.js';

const { TaskQueueKind } = enums;
/** Queries go before other tasks: somebody waits for them. */
const PRIORITY = 1;
/** How long a query waits to be taken by the worker that has the run in its cache before any worker is asked. */
const STICKY_PATIENCE_MS = 1000;
/** How long that worker may then take. */
const STICKY_ANSWER_MS = 5000;

/** A question to a worker. */
export interface Question {
  readonly live: LiveExecution;
  readonly queryId: string;
  readonly query: query.IWorkflowQuery;
  readonly settle: (result: query.IWorkflowQueryResult | Error) => void;
}

/** What the way to a worker takes. */
export interface DirectQueriesPorts {
  readonly host: () => ExecutionHost;
  readonly matching: Matching;
  readonly store: Store;
  readonly limits: Limits;
  readonly clock: Clock;
}

interface Asked extends Question {
  /** Asks another worker if the one with the run in its cache stays silent. */
  fallback: ClockTimer | undefined;
}

/** Queries on their way to a worker outside of workflow tasks. */
export class DirectQueries {
  private readonly asked = new InFlightMap<string, Asked>();

  constructor(private readonly ports: DirectQueriesPorts) {}

  /** Queries that have not been answered. */
  get size(): number {
    return this.asked.size;
  }

  /** Asks a worker: the one that has the run in its cache if it is there, else any that polls the run's task queue. */
  ask(question: Question): void {
    const { state } = question.live;
    const asked: Asked = { ...question, fallback: undefined };
    this.asked.set(question.queryId, asked);
    const { namespaceId } = state.key;
    const { matching } = this.ports;
    const sticky =
      state.sticky === undefined || isClosed(state)
        ? undefined
        : matching.existing({ namespaceId, kind: 'workflow', name: state.sticky.name });
    if (sticky?.hasRecentPoller() === true) {
      this.offer(asked, sticky, true);
      this.fallBackAfter(asked, STICKY_PATIENCE_MS);
    } else this.offerNormally(asked);
  }

  /** The query is settled, or nobody waits for it any more. */
  forget(queryId: string): void {
    this.asked.take(queryId)?.fallback?.cancel();
  }

  /** A worker's answer to a query task. Throws NOT_FOUND if nobody waits for it. */
  answer(namespaceId: string, queryId: string, result: query.IWorkflowQueryResult): void {
    const asked = this.asked.get(queryId);
    if (asked === undefined || asked.live.state.key.namespaceId !== namespaceId) {
      const detail = { type: 'NotFoundFailure', fields: {} };
      throw new ServiceError('NOT_FOUND', 'query task not found, or already expired', detail);
    }
    asked.settle(result);
  }

  private fallBackAfter(asked: Asked, delayMs: number): void {
    const { clock } = this.ports;
    asked.fallback?.cancel();
    asked.fallback = clock.callAt(clock.nowMs() + delayMs, () => this.offerNormally(asked));
  }

  private offerNormally(asked: Asked): void {
    asked.fallback?.cancel();
    asked.fallback = undefined;
    const { key, started } = asked.live.state;
    const name = started.taskQueue?.name ?? '';
    const queue = this.ports.matching.queue({ namespaceId: key.namespaceId, kind: 'workflow', name });
    if (queue.hasRecentPoller()) this.offer(asked, queue, false);
    else {
      const message = `no poller seen for task queue ${name} recently, worker may be down`;
      asked.settle(new ServiceError('FAILED_PRECONDITION', message));
    }
  }

  private offer(asked: Asked, queue: TaskQueue, isSticky: boolean): void {
    const task: PendingTask = {
      priority: PRIORITY,
      createdMs: this.ports.clock.nowMs(),
      dispatch: (poller) => void this.give(asked, { queue, task, isSticky }, poller),
      abandon: () => {
        if (this.asked.has(asked.queryId)) this.offerNormally(asked);
      },
    };
    queue.offer(task);
  }

  private async give(
    asked: Asked,
    { queue, task, isSticky }: { readonly queue: TaskQueue; readonly task: PendingTask; readonly isSticky: boolean },
    poller: Poller,
  ): Promise<void> {
    if (!this.asked.has(asked.queryId)) {
      poller.returnToQueue?.();
      return;
    }
    let response: workflowservice.IPollWorkflowTaskQueueResponse;
    try {
      response = await this.queryTask(asked, isSticky);
    } catch (error) {
      asked.settle(error instanceof ServiceError ? error : unreadable(asked, error));
      poller.returnToQueue?.();
      return;
    }
    if (!this.asked.has(asked.queryId)) poller.returnToQueue?.();
    else if (poller.isDone) queue.putBack(task);
    else {
      if (isSticky) this.fallBackAfter(asked, STICKY_ANSWER_MS);
      poller.answer(response);
    }
  }

  private async queryTask(
    { live, queryId, query: asked }: Asked,
    isSticky: boolean,
  ): Promise<workflowservice.IPollWorkflowTaskQueueResponse> {
    const { state } = live;
    const { key, started } = state;
    const toEventId = state.nextEventId - 1;
    // A worker must not answer from events that could still be lost.
    if (live.commitsInFlight > 0) await this.ports.host().shardFor(key).durable();
    if (live.durableNextEventId <= toEventId) throw shardUnavailable(new Error('its latest events were lost'));
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
    const { historyPageEvents: maxEvents, historyPageSizeBytes: maxBytes } = this.ports.limits;
    const page = await readEvents(this.ports.store, live, { fromEventId: 1, toEventId, maxEvents, maxBytes });
    const history = new EncodedMessage(page.chunks);
    if (page.nextEventId === undefined) return { ...response, history };
    const token = { runId: key.runId, fromEventId: page.nextEventId, toEventId, virtualEvents: [] };
    return { ...response, history, nextPageToken: encodeHistoryPageToken(token) };
  }
}

function unreadable({ live }: Question, error: unknown): ServiceError {
  const reason = error instanceof Error ? error.message : String(error);
  const message = `The history of run ${live.state.key.runId} could not be read for the query (${reason}). Try again.`;
  return new ServiceError('UNAVAILABLE', message);
}
