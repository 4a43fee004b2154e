import { services, type history, type workflowservice } from '@perdure/protocol';
import { callMethod, GrpcServiceError, type RpcTransport } from '@perdure/client/transport';
import { errorMessage } from '@perdure/common';
import type { Clock } from '../clock.js';
import { isUnrecoverable, retryDelayMs } from '../polling/index.js';
import type { TaskInput } from './workflow-run.js';

type Task = workflowservice.PollWorkflowTaskQueueResponse;

const { methods } = services.WorkflowService;
const CALL_TIMEOUT_MS = 30_000;
/** A page of history is asked for so often before its task is left to time out. */
const MAX_FETCHES = 5;

/** Reads what workflow tasks are about: their events, and those before them. Throws `HistoryUnavailableError`. */
export class TaskHistories {
  constructor(
    private readonly options: {
      readonly transport: RpcTransport;
      readonly namespace: string;
      readonly clock: Clock;
    },
  ) {}

  /** What a task holds, with all pages of its events: at once, if they came with it. */
  inputOf(task: Task): TaskInput | Promise<TaskInput> {
    const { history: first, nextPageToken, messages, query, queries } = task;
    const events = first?.events ?? [];
    if (nextPageToken.length === 0) return { events, messages, query, queries };
    return this.pages(task, nextPageToken).then((later) => ({
      events: [...events, ...later],
      messages,
      query,
      queries,
    }));
  }

  /**
   * What a run that goes on has not seen. A server that knows of no worker with the run in memory gives the whole history with the
   * next task.
   */
  async newsOf(task: Task, seenEventId: number): Promise<TaskInput> {
    const input = await this.inputOf(task);
    return { ...input, events: input.events.filter(({ eventId }) => eventId > seenEventId) };
  }

  /** All events up to the task. Those of a task that may leave no trace come with the task only: they are `given`. */
  async whole(task: Task, given: readonly history.HistoryEvent[]): Promise<readonly history.HistoryEvent[]> {
    const stored = await this.pages(task, new Uint8Array());
    const lastEventId = stored.at(-1)?.eventId ?? 0;
    return [...stored, ...given.filter(({ eventId }) => eventId > lastEventId)];
  }

  private async pages(task: Task, firstToken: Uint8Array): Promise<readonly history.HistoryEvent[]> {
    const events: history.HistoryEvent[] = [];
    let nextPageToken: Uint8Array = firstToken;
    do {
      const page = await this.page(task, nextPageToken);
      for (const event of page.history?.events ?? []) {
        // The history may have grown since the task began; what came after is for the next one.
        if (task.startedEventId > 0 && event.eventId > task.startedEventId) return events;
        events.push(event);
      }
      ({ nextPageToken } = page);
    } while (nextPageToken.length > 0);
    return events;
  }

  private async page(
    { workflowExecution: execution }: Task,
    nextPageToken: Uint8Array,
  ): Promise<workflowservice.GetWorkflowExecutionHistoryResponse> {
    const { transport, namespace, clock } = this.options;
    const request = { namespace, execution, nextPageToken };
    for (let failures = 1; ; failures += 1) {
      try {
        const options = { timeoutMs: CALL_TIMEOUT_MS };
        return await callMethod(transport, methods.GetWorkflowExecutionHistory, request, options);
      } catch (error) {
        if (!(error instanceof GrpcServiceError)) throw error;
        if (failures === MAX_FETCHES || isUnrecoverable(error)) throw new HistoryUnavailableError(execution, error);
        await new Promise<void>((resolve) => clock.schedule(retryDelayMs(failures, error), resolve));
      }
    }
  }
}

/** The server did not give the history that a task needs: nobody's fault here. The task times out, and is given out again. */
export class HistoryUnavailableError extends Error {
  override readonly name = 'HistoryUnavailableError';

  constructor(execution: Task['workflowExecution'], reason: unknown) {
    const { workflowId, runId } = execution ?? {};
    super(`The history of workflow ${workflowId}, run ${runId}, could not be fetched: ${errorMessage(reason) ?? ''}`, {
      cause: reason,
    });
  }
}
