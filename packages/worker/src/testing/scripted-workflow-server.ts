import { GrpcServiceError, GrpcStatus, type RpcTransport } from '@perdure/client/transport';
import { enums, history, services, workflowservice } from '@perdure/protocol';

const { methods } = services.WorkflowService;
const PAGE_SIZE = 4;

type Completed = workflowservice.RespondWorkflowTaskCompletedRequest;

/** A server with one run, whose history tests write, and who remembers how its workflow tasks were answered. */
export class ScriptedWorkflowServer implements RpcTransport {
  /** What is stored of the run. */
  readonly events: history.HistoryEvent[] = [];
  readonly completed: Completed[] = [];
  readonly failed: workflowservice.RespondWorkflowTaskFailedRequest[] = [];
  readonly answeredQueries: workflowservice.RespondQueryTaskCompletedRequest[] = [];
  /** What the next fetches of history, answers, or reports of failures fail with. */
  readonly historyErrors: Error[] = [];
  readonly answerErrors: Error[] = [];
  readonly reportErrors: Error[] = [];
  /** Called before each page of history is given. */
  beforeHistory: () => Promise<void> = async () => undefined;
  fetchCount = 0;

  /** Writes an event; gives its id. */
  write(type: string, event: history.IHistoryEvent = {}): number {
    const eventId = this.events.length + 1;
    const eventType = (enums.EventType as Record<string, number>)[`EVENT_TYPE_${type}`] as enums.EventType;
    const written = { eventId, eventType, eventTime: { seconds: eventId }, ...event };
    this.events.push(history.HistoryEvent.decode(history.HistoryEvent.encode(written).slice()));
    return eventId;
  }

  /** The task that waits for its answer, with its history whole or from an event on. */
  task(
    workflowType: string,
    { from = 1, ...rest }: workflowservice.IPollWorkflowTaskQueueResponse & { readonly from?: number } = {},
  ): workflowservice.PollWorkflowTaskQueueResponse {
    const response = {
      taskToken: Uint8Array.of(1),
      workflowExecution: { workflowId: 'w-1', runId: 'r-1' },
      workflowType: { name: workflowType },
      startedEventId: this.events.length,
      attempt: 1,
      history: { events: this.events.slice(from - 1) },
      ...rest,
    };
    const { PollWorkflowTaskQueueResponse } = workflowservice;
    return PollWorkflowTaskQueueResponse.decode(PollWorkflowTaskQueueResponse.encode(response).slice());
  }

  async call(path: string, request: Uint8Array): Promise<Uint8Array> {
    switch (path) {
      case methods.GetWorkflowExecutionHistory.path:
        return await this.page(workflowservice.GetWorkflowExecutionHistoryRequest.decode(request));
      case methods.RespondWorkflowTaskCompleted.path:
        this.refuse(this.answerErrors);
        this.completed.push(workflowservice.RespondWorkflowTaskCompletedRequest.decode(request.slice()));
        return workflowservice.RespondWorkflowTaskCompletedResponse.encode({});
      case methods.RespondWorkflowTaskFailed.path:
        this.refuse(this.reportErrors);
        this.failed.push(workflowservice.RespondWorkflowTaskFailedRequest.decode(request.slice()));
        return new Uint8Array();
      case methods.RespondQueryTaskCompleted.path:
        this.answeredQueries.push(workflowservice.RespondQueryTaskCompletedRequest.decode(request.slice()));
        return new Uint8Array();
      default:
        throw new GrpcServiceError(GrpcStatus.UNIMPLEMENTED, path);
    }
  }

  async close(): Promise<void> {}

  private refuse(errors: Error[]): void {
    const error = errors.shift();
    if (error !== undefined) throw error;
  }

  private async page(request: workflowservice.GetWorkflowExecutionHistoryRequest): Promise<Uint8Array> {
    this.fetchCount += 1;
    await this.beforeHistory();
    const error = this.historyErrors.shift();
    if (error !== undefined) throw error;
    const from = request.nextPageToken[0] ?? 0;
    const events = this.events.slice(from, from + PAGE_SIZE);
    const next = from + PAGE_SIZE;
    const nextPageToken = next < this.events.length ? Uint8Array.of(next) : new Uint8Array();
    return workflowservice.GetWorkflowExecutionHistoryResponse.encode({ history: { events }, nextPageToken });
  }
}
