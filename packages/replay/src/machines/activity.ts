import { enums, type history } from '@perdure/protocol';
import type {
  ActivityResolution,
  RequestCancelActivityCommand,
  ScheduleActivityCommand,
  CallSite,
} from '@perdure/common/activation';
import { inputPayloads } from './input-payloads.js';
import type { MachineContext, OutgoingCommand } from '../context.js';
import { activityCancelled, activityFailure, cancelled } from './failures.js';

const { CommandType, EventType } = enums;

/** `coresdk.workflow_commands.ActivityCancellationType`. */
export const activityCancellation = { tryCancel: 0, waitCompleted: 1, abandon: 2 } as const;

/** An activity: scheduled -> started -> completed, failed, timed out or cancelled. */
export class ActivityMachine {
  private readonly schedule: OutgoingCommand;
  private scheduledEventId = 0;
  private isResolved = false;
  private isCancelSent = false;

  constructor(
    private readonly context: MachineContext,
    private readonly request: ScheduleActivityCommand,
  ) {
    this.schedule = {
      command: scheduleCommand(request),
      description: `the command to schedule activity ${request.activityType}, id ${request.activityId}`,
      callSite: request.callSite,
      eventType: EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
      differs: (event) => scheduleDiffers(event, request),
      recorded: (event) => {
        this.scheduledEventId = event.eventId;
        context.follow(event.eventId, { handle: (next) => this.handle(next) });
      },
    };
    context.send(this.schedule);
  }

  cancel({ callSite }: RequestCancelActivityCommand): void {
    if (this.isResolved || this.isCancelSent) return;
    const { activityType, activityId, cancellationType } = this.request;
    const resolution: ActivityResolution = {
      status: 'cancelled',
      failure: activityCancelled(activityType, activityId),
    };
    if (this.context.withdraw(this.schedule)) {
      this.resolve(resolution);
      return;
    }
    if (cancellationType !== activityCancellation.abandon) this.sendCancel(callSite);
    if (cancellationType !== activityCancellation.waitCompleted) this.resolve(resolution);
  }

  private sendCancel(callSite: CallSite | undefined): void {
    this.isCancelSent = true;
    const { scheduledEventId } = this;
    this.context.send({
      command: {
        commandType: CommandType.COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK,
        requestCancelActivityTaskCommandAttributes: { scheduledEventId },
      },
      description: `the command to cancel activity ${this.request.activityType}, id ${this.request.activityId}`,
      callSite,
      eventType: EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED,
      differs: ({ activityTaskCancelRequestedEventAttributes: recorded }) =>
        recorded?.scheduledEventId === scheduledEventId
          ? undefined
          : `they cancel different activities: scheduled by event ${recorded?.scheduledEventId} and by ${scheduledEventId}`,
    });
  }

  private handle(event: history.HistoryEvent): void {
    const completed = event.activityTaskCompletedEventAttributes;
    if (completed) return this.resolve({ status: 'completed', result: completed.result?.payloads[0] });
    const failed = event.activityTaskFailedEventAttributes;
    if (failed) return this.fail('Activity task failed', failed.failure, failed);
    const timedOut = event.activityTaskTimedOutEventAttributes;
    if (timedOut) return this.fail('Activity task timed out', timedOut.failure, timedOut);
    const canceled = event.activityTaskCanceledEventAttributes;
    if (!canceled) return;
    const { activityType, activityId } = this.request;
    const { startedEventId, identity, details } = canceled;
    this.resolve({
      status: 'cancelled',
      failure: activityFailure('Activity cancelled', cancelled(details?.payloads), {
        scheduledEventId: this.scheduledEventId,
        startedEventId,
        identity,
        activityType,
        activityId,
        retryState: enums.RetryState.RETRY_STATE_CANCEL_REQUESTED,
      }),
    });
  }

  private fail(
    message: string,
    cause: history.ActivityTaskFailedEventAttributes['failure'],
    facts: { readonly startedEventId: number; readonly retryState: enums.RetryState; readonly identity?: string },
  ): void {
    const { activityType, activityId } = this.request;
    const { startedEventId, retryState, identity = '' } = facts;
    const { scheduledEventId } = this;
    this.resolve({
      status: 'failed',
      failure: activityFailure(message, cause, {
        scheduledEventId,
        startedEventId,
        identity,
        activityType,
        activityId,
        retryState,
      }),
    });
  }

  private resolve(result: ActivityResolution): void {
    if (this.isResolved) return;
    this.isResolved = true;
    this.context.notify({ kind: 'resolveActivity', seq: this.request.seq, result, isLocal: false });
  }
}

function scheduleCommand(request: ScheduleActivityCommand): OutgoingCommand['command'] {
  return {
    commandType: CommandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK,
    scheduleActivityTaskCommandAttributes: {
      activityId: request.activityId,
      activityType: { name: request.activityType },
      taskQueue: { name: request.taskQueue, kind: enums.TaskQueueKind.TASK_QUEUE_KIND_NORMAL },
      header: { fields: request.headers },
      input: inputPayloads(request.arguments),
      scheduleToCloseTimeout: request.scheduleToCloseTimeout,
      scheduleToStartTimeout: request.scheduleToStartTimeout,
      startToCloseTimeout: request.startToCloseTimeout,
      heartbeatTimeout: request.heartbeatTimeout,
      retryPolicy: request.retryPolicy,
      requestEagerExecution: !request.doNotEagerlyExecute,
      useWorkflowBuildId: true,
      priority: request.priority,
    },
    userMetadata: request.userMetadata,
  };
}

function scheduleDiffers(event: history.HistoryEvent, request: ScheduleActivityCommand): string | undefined {
  const recorded = event.activityTaskScheduledEventAttributes;
  if (recorded?.activityType?.name !== request.activityType) {
    return `activity types differ: ${recorded?.activityType?.name} and ${request.activityType}`;
  }
  if (recorded.activityId !== request.activityId) {
    return `activity ids differ: ${recorded.activityId} and ${request.activityId}`;
  }
  return undefined;
}
