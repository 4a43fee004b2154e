import { defaultPayloadConverter } from '@perdure/common';
import { GrpcServiceError, GrpcStatus, type RpcCallOptions, type RpcTransport } from '@perdure/client/transport';
import { services, workflowservice } from '@perdure/protocol';

const { methods } = services.WorkflowService;

type Task = workflowservice.IPollNexusTaskQueueResponse;

/** How a task was answered. */
export type NexusAnswer =
  | { readonly status: 'completed'; readonly request: workflowservice.RespondNexusTaskCompletedRequest }
  | { readonly status: 'failed'; readonly request: workflowservice.RespondNexusTaskFailedRequest };

/** A server whose Nexus tasks tests hand out, and who remembers what it was told. */
export class ScriptedNexusServer implements RpcTransport {
  readonly answers: NexusAnswer[] = [];
  readonly polls: workflowservice.PollNexusTaskQueueRequest[] = [];
  /** What the next polls, or answers, fail with. */
  readonly pollErrors: Error[] = [];
  readonly answerErrors: Error[] = [];
  private readonly tasks: Task[] = [];
  private readonly waiting = new Set<(task: Task) => void>();
  private readonly onAnswer: (() => void)[] = [];
  private taskCount = 0;

  get waitingPollCount(): number {
    return this.waiting.size;
  }

  /** Hands out a request to start an operation of `shop`. */
  start(operation: string, input: unknown, header: Readonly<Record<string, string>> = {}): void {
    const payload = defaultPayloadConverter.toPayload(input);
    this.dispatch({ header, startOperation: { service: 'shop', operation, requestId: 'request', payload } });
  }

  /** Hands out a request, to a poll that waits or to the next one. */
  dispatch(request: NonNullable<Task['request']>): void {
    const capabilities = { temporalFailureResponses: true };
    const task: Task = { taskToken: Uint8Array.of(++this.taskCount), request: { capabilities, ...request } };
    const [waiting] = this.waiting;
    if (waiting === undefined) return void this.tasks.push(task);
    this.waiting.delete(waiting);
    waiting(task);
  }

  /** Resolves when so many answers have come. */
  async answered(count = 1): Promise<readonly NexusAnswer[]> {
    while (this.answers.length < count) await new Promise<void>((resolve) => this.onAnswer.push(resolve));
    return this.answers;
  }

  async call(path: string, request: Uint8Array, options: RpcCallOptions): Promise<Uint8Array> {
    switch (path) {
      case methods.PollNexusTaskQueue.path:
        this.polls.push(workflowservice.PollNexusTaskQueueRequest.decode(request));
        return workflowservice.PollNexusTaskQueueResponse.encode(await this.nextTask(options.signal));
      case methods.RespondNexusTaskCompleted.path:
        return this.take({
          status: 'completed',
          request: workflowservice.RespondNexusTaskCompletedRequest.decode(request),
        });
      case methods.RespondNexusTaskFailed.path:
        return this.take({ status: 'failed', request: workflowservice.RespondNexusTaskFailedRequest.decode(request) });
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

  private take(answer: NexusAnswer): Uint8Array {
    const error = this.answerErrors.shift();
    if (error !== undefined) throw error;
    this.answers.push(answer);
    for (const listener of this.onAnswer.splice(0)) listener();
    return new Uint8Array();
  }
}

/** What an operation answered at once with. */
export function resultOf(answer: NexusAnswer | undefined): unknown {
  const payload =
    answer?.status === 'completed' ? answer.request.response?.startOperation?.syncSuccess?.payload : undefined;
  return payload === undefined ? answer : defaultPayloadConverter.fromPayload(payload);
}

/** What a handler failed with: type, whether it is tried again where that is said, and message. */
export function failureOf(answer: NexusAnswer | undefined): unknown {
  const failure = answer?.status === 'failed' ? answer.request.failure : undefined;
  const { type, retryBehavior } = failure?.nexusHandlerFailureInfo ?? {};
  return failure === undefined ? answer : [type, retryBehavior, failure.message, failure.cause?.message];
}
