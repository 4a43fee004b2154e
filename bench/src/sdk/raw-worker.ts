import {
  enums,
  msToDuration,
  services,
  type command,
  type google,
  type history,
  type workflowservice,
} from '@perdure/protocol';
import { fromJsonPayloads } from './payloads.js';
import type { RawConnection } from './raw-connection.js';
import type { BenchWorkflow } from './sdk.js';

type WorkflowTask = workflowservice.PollWorkflowTaskQueueResponse;
type Command = command.ICommand;

const methods = services.WorkflowService.methods;
const namespace = 'default';
const commandType = enums.CommandType;

/** How far a run has come; made anew from a full history, and carried on by the events of a partial one. */
interface Progress {
  workflow: BenchWorkflow;
  timersStarted: boolean;
  activitiesDone: number;
  timersFired: number;
}

/** A worker that follows a script instead of running workflow code. */
export class RawWorker {
  private readonly runs = new Map<string, Progress>();
  private isClosed = false;

  constructor(
    private readonly connection: RawConnection,
    private readonly taskQueue: string,
  ) {}

  /** Begins to poll, with `pollers` polls of each kind at a time. */
  start(pollers: number): void {
    for (let index = 0; index < pollers; index++) {
      void this.poll(() => this.serveWorkflowTask());
      void this.poll(() => this.serveActivityTask());
    }
  }

  /** No poll begins any more. */
  close(): void {
    this.isClosed = true;
  }

  private async poll(serve: () => Promise<void>): Promise<void> {
    while (!this.isClosed) {
      try {
        await serve();
      } catch {
        // A task that timed out or a run that was terminated under the worker's hands: the next poll goes on.
        if (!this.isClosed) await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }

  private async serveWorkflowTask(): Promise<void> {
    const request = { namespace, taskQueue: { name: this.taskQueue }, identity: 'raw' };
    let task: WorkflowTask | undefined = await this.connection.call(methods.PollWorkflowTaskQueue, request);
    while (task?.taskToken.length) task = await this.answer(task);
  }

  private async answer(task: WorkflowTask): Promise<WorkflowTask | undefined> {
    if (task.query) {
      const completedType = enums.QueryResultType.QUERY_RESULT_TYPE_ANSWERED;
      await this.connection.call(methods.RespondQueryTaskCompleted, {
        namespace,
        taskToken: task.taskToken,
        completedType,
      });
      return undefined;
    }
    const progress = await this.progressOf(task);
    const commands = decide(progress, this.taskQueue);
    const runId = task.workflowExecution?.runId ?? '';
    if (commands[0]?.commandType === commandType.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION) this.runs.delete(runId);
    else this.runs.set(runId, progress);
    const answered = { resultType: enums.QueryResultType.QUERY_RESULT_TYPE_ANSWERED };
    const response = await this.connection.call(methods.RespondWorkflowTaskCompleted, {
      namespace,
      taskToken: task.taskToken,
      commands,
      identity: 'raw',
      returnNewWorkflowTask: true,
      queryResults: Object.fromEntries(Object.keys(task.queries).map((id) => [id, answered])),
    });
    return response.workflowTask;
  }

  private async progressOf(task: WorkflowTask): Promise<Progress> {
    const events = [...(task.history?.events ?? [])];
    let { nextPageToken } = task;
    while (nextPageToken.length > 0) {
      const page = await this.connection.call(methods.GetWorkflowExecutionHistory, {
        namespace,
        execution: task.workflowExecution,
        nextPageToken,
      });
      events.push(...(page.history?.events ?? []));
      nextPageToken = page.nextPageToken;
    }
    const known = this.runs.get(task.workflowExecution?.runId ?? '');
    const progress = events[0]?.eventId === 1 ? newProgress(events[0]) : known;
    if (!progress) throw new Error('a partial history of a run that this worker does not know');
    for (const event of events) follow(progress, event);
    return progress;
  }

  private async serveActivityTask(): Promise<void> {
    const request = { namespace, taskQueue: { name: this.taskQueue }, identity: 'raw' };
    const task = await this.connection.call(methods.PollActivityTaskQueue, request);
    if (task.taskToken.length === 0) return;
    await this.connection.call(methods.RespondActivityTaskCompleted, { namespace, taskToken: task.taskToken });
  }
}

function newProgress(started: history.HistoryEvent): Progress {
  const { workflowType, input } = started.workflowExecutionStartedEventAttributes ?? {};
  const [count = 0, timeoutMs = 0] = fromJsonPayloads(input) as number[];
  const type = workflowType?.name as BenchWorkflow['type'];
  return { workflow: { type, count, timeoutMs }, timersStarted: false, activitiesDone: 0, timersFired: 0 };
}

function follow(progress: Progress, event: history.HistoryEvent): void {
  const type = enums.EventType;
  if (event.eventType === type.EVENT_TYPE_ACTIVITY_TASK_COMPLETED) progress.activitiesDone++;
  if (event.eventType === type.EVENT_TYPE_TIMER_FIRED) progress.timersFired++;
  if (event.eventType === type.EVENT_TYPE_TIMER_STARTED) progress.timersStarted = true;
}

function decide(progress: Progress, taskQueue: string): Command[] {
  const { workflow } = progress;
  switch (workflow.type) {
    case 'activities':
      return progress.activitiesDone < workflow.count ? [activity(progress.activitiesDone + 1, taskQueue)] : [complete];
    case 'timers':
      if (progress.timersFired >= workflow.count) return [complete];
      if (progress.timersStarted) return [];
      return Array.from({ length: workflow.count }, (_, index) => timer(index + 1, workflow.timeoutMs));
    case 'open':
      return [];
  }
}

const complete: Command = {
  commandType: commandType.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION,
  completeWorkflowExecutionCommandAttributes: {},
};

function activity(id: number, taskQueue: string): Command {
  return {
    commandType: commandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK,
    scheduleActivityTaskCommandAttributes: {
      activityId: String(id),
      activityType: { name: 'noop' },
      taskQueue: { name: taskQueue },
      startToCloseTimeout: duration(60_000),
    },
  };
}

function timer(id: number, timeoutMs: number): Command {
  return {
    commandType: commandType.COMMAND_TYPE_START_TIMER,
    startTimerCommandAttributes: { timerId: String(id), startToFireTimeout: duration(timeoutMs) },
  };
}

function duration(ms: number): google.IDuration {
  return msToDuration(ms);
}
