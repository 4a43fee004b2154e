import { defaultPayloadConverter, type Payload } from '@perdure/common';
import { GrpcServiceError, GrpcStatus, type RpcCallOptions, type RpcTransport } from '@perdure/client/transport';
import { services, workflowservice } from '@perdure/protocol';

const { methods } = services.WorkflowService;

type Task = workflowservice.IPollActivityTaskQueueResponse;
type HeartbeatAnswer = workflowservice.IRecordActivityTaskHeartbeatResponse | Error;

/** How an activity was answered. */
export interface Answer {
  readonly status: 'completed' | 'failed' | 'canceled';
  readonly request: workflowservice.RespondActivityTaskCompletedRequest &
    workflowservice.RespondActivityTaskFailedRequest &
    workflowservice.RespondActivityTaskCanceledRequest;
}

/** A server whose activity tasks tests hand out, and who remembers what it was told. */
export class ScriptedActivityServer implements RpcTransport {
  readonly answers: Answer[] = [];
  readonly heartbeats: workflowservice.RecordActivityTaskHeartbeatRequest[] = [];
  readonly polls: workflowservice.PollActivityTaskQueueRequest[] = [];
  /** What the next heartbeats are answered with; nothing special when there is none left. */
  readonly heartbeatAnswers: HeartbeatAnswer[] = [];
  /** What the next polls, or answers, fail with. */
  readonly pollErrors: Error[] = [];
  readonly answerErrors: Error[] = [];
  private readonly tasks: Task[] = [];
  private readonly waiting = new Set<(task: Task) => void>();
  private readonly onAnswer: (() => void)[] = [];
  private taskCount = 0;

  /** Hands out a task, to a poll that waits or to the next one. */
  dispatch(activityType: string, args: readonly unknown[] = [], rest: Task = {}): Task {
    const taskToken = Uint8Array.of(++this.taskCount);
    const payloads = args.map((arg) => defaultPayloadConverter.toPayload(arg));
    const task: Task = {
      taskToken,
      activityId: String(this.taskCount),
      activityType: { name: activityType },
      workflowType: { name: 'order' },
      workflowExecution: { workflowId: 'w-1', runId: 'r-1' },
      workflowNamespace: 'default',
      attempt: 1,
      input: { payloads },
      ...rest,
    };
    const [waiting] = this.waiting;
    if (waiting === undefined) this.tasks.push(task);
    else {
      this.waiting.delete(waiting);
      waiting(task);
    }
    return task;
  }

  /** Resolves when so many answers have come. */
  async answered(count = 1): Promise<readonly Answer[]> {
    while (this.answers.length < count) await new Promise<void>((resolve) => this.onAnswer.push(resolve));
    return this.answers;
  }

  get waitingPollCount(): number {
    return this.waiting.size;
  }

  async call(path: string, request: Uint8Array, options: RpcCallOptions): Promise<Uint8Array> {
    switch (path) {
      case methods.PollActivityTaskQueue.path:
        this.polls.push(workflowservice.PollActivityTaskQueueRequest.decode(request));
        return workflowservice.PollActivityTaskQueueResponse.encode(await this.nextTask(options.signal));
      case methods.RecordActivityTaskHeartbeat.path:
        return this.heartbeat(workflowservice.RecordActivityTaskHeartbeatRequest.decode(request));
      case methods.RespondActivityTaskCompleted.path:
        return this.take('completed', workflowservice.RespondActivityTaskCompletedRequest.decode(request));
      case methods.RespondActivityTaskFailed.path:
        return this.take('failed', workflowservice.RespondActivityTaskFailedRequest.decode(request));
      case methods.RespondActivityTaskCanceled.path:
        return this.take('canceled', workflowservice.RespondActivityTaskCanceledRequest.decode(request));
      default:
        throw new GrpcServiceError(GrpcStatus.UNIMPLEMENTED, path);
    }
  }

  async close(): Promise<void> {}

  private nextTask(signal: AbortSignal | undefined): Promise<Task> {
    const error = this.pollErrors.shift();
    if (error !== undefined) return Promise.reject(error);
    const task = this.tasks.shift();
    if (task !== undefined) return Promise.resolve(task);
    return new Promise((resolve, reject) => {
      this.waiting.add(resolve);
      signal?.addEventListener('abort', () => {
        this.waiting.delete(resolve);
        reject(new GrpcServiceError(GrpcStatus.CANCELLED, 'cancelled'));
      });
    });
  }

  private heartbeat(request: workflowservice.RecordActivityTaskHeartbeatRequest): Uint8Array {
    this.heartbeats.push(request);
    const answer = this.heartbeatAnswers.shift() ?? {};
    if (answer instanceof Error) throw answer;
    return workflowservice.RecordActivityTaskHeartbeatResponse.encode(answer);
  }

  private take(status: Answer['status'], request: object): Uint8Array {
    const error = this.answerErrors.shift();
    if (error !== undefined) throw error;
    this.answers.push({ status, request: request as Answer['request'] });
    for (const listener of this.onAnswer.splice(0)) listener();
    return new Uint8Array();
  }
}

/** The values of payloads. */
export function valuesOf(payloads: { readonly payloads: readonly Payload[] } | undefined): readonly unknown[] {
  return (payloads?.payloads ?? []).map((payload) => defaultPayloadConverter.fromPayload(payload));
}
