import type { Connection, WorkflowService } from '@temporalio/client';
import type { service, command } from './api.js';
import { enums } from './api.js';
import { toPayloads } from './payloads.js';

type WorkflowTask = service.IPollWorkflowTaskQueueResponse;
type ActivityTask = service.IPollActivityTaskQueueResponse;
type CompletionExtras = Omit<service.IRespondWorkflowTaskCompletedRequest, 'taskToken' | 'commands'>;

// As the official SDKs have it: a little longer than the minute that a server holds a poll.
const longPollMs = 70_000;

/**
 * A worker whose every answer a test writes out: it polls and responds through the raw API, so that a test can say exactly
 * which commands reach the server, and when.
 */
export class ScriptedWorker {
  private readonly service: WorkflowService;

  constructor(
    private readonly connection: Connection,
    readonly taskQueue: string,
    readonly namespace = 'default',
    readonly identity = `scripted-${taskQueue}`,
  ) {
    this.service = connection.workflowService;
  }

  /** Long-polls until a workflow task arrives; polls the sticky queue when `stickyQueue` is given. */
  async workflowTask(stickyQueue?: string): Promise<WorkflowTask> {
    for (;;) {
      const task = await this.pollWorkflowTask(stickyQueue);
      if (task.taskToken?.length) return task;
    }
  }

  /** One long poll; an empty task token in the answer means that the server had none. */
  async pollWorkflowTask(stickyQueue?: string): Promise<WorkflowTask> {
    const sticky = { name: stickyQueue, kind: enums.TaskQueueKind.TASK_QUEUE_KIND_STICKY, normalName: this.taskQueue };
    return await this.connection.withDeadline(Date.now() + longPollMs, () =>
      this.service.pollWorkflowTaskQueue({
        namespace: this.namespace,
        taskQueue: stickyQueue ? sticky : { name: this.taskQueue },
        identity: this.identity,
      }),
    );
  }

  /** Answers a workflow task with `commands`. */
  async complete(
    task: WorkflowTask,
    commands: command.ICommand[] = [],
    extras: CompletionExtras = {},
  ): Promise<service.IRespondWorkflowTaskCompletedResponse> {
    return await this.service.respondWorkflowTaskCompleted({
      namespace: this.namespace,
      identity: this.identity,
      taskToken: task.taskToken,
      commands,
      ...extras,
    });
  }

  /** Takes the next workflow task and answers it with `commands`; returns the task. */
  async step(commands: command.ICommand[] = [], extras: CompletionExtras = {}): Promise<WorkflowTask> {
    const task = await this.workflowTask();
    await this.complete(task, commands, extras);
    return task;
  }

  /** Long-polls until an activity task arrives. */
  async activityTask(): Promise<ActivityTask> {
    for (;;) {
      const task = await this.connection.withDeadline(Date.now() + longPollMs, () =>
        this.service.pollActivityTaskQueue({
          namespace: this.namespace,
          taskQueue: { name: this.taskQueue },
          identity: this.identity,
        }),
      );
      if (task.taskToken?.length) return task;
    }
  }

  /** Completes an activity task with `result`. */
  async completeActivity(task: ActivityTask, ...result: unknown[]): Promise<void> {
    await this.service.respondActivityTaskCompleted({
      namespace: this.namespace,
      identity: this.identity,
      taskToken: task.taskToken,
      result: result.length ? toPayloads(...result) : null,
    });
  }

  /** Fails an activity task with an application failure. */
  async failActivity(
    task: ActivityTask,
    message: string,
    info: { type?: string; nonRetryable?: boolean; nextRetryDelay?: { seconds: never; nanos: number } } = {},
  ): Promise<void> {
    await this.service.respondActivityTaskFailed({
      namespace: this.namespace,
      identity: this.identity,
      taskToken: task.taskToken,
      failure: { message, applicationFailureInfo: { type: 'Test', ...info } },
    });
  }

  /** Reports progress of an activity task; the answer says whether cancellation was asked for. */
  async heartbeat(task: ActivityTask, ...details: unknown[]): Promise<service.IRecordActivityTaskHeartbeatResponse> {
    return await this.service.recordActivityTaskHeartbeat({
      namespace: this.namespace,
      identity: this.identity,
      taskToken: task.taskToken,
      details: toPayloads(...details),
    });
  }
}
