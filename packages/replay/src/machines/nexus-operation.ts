import { enums, type history } from '@perdure/protocol';
import type {
  NexusOperationResolution,
  NexusOperationStartResolution,
  RequestCancelNexusOperationCommand,
  ScheduleNexusOperationCommand,
  CallSite,
} from '@perdure/common/activation';
import type { MachineContext, OutgoingCommand } from '../context.js';
import { cancelled } from './failures.js';

const { CommandType, EventType } = enums;

/** `coresdk.nexus.NexusOperationCancellationType`. */
const cancellation = { waitCompleted: 0, abandon: 1, tryCancel: 2, waitRequested: 3 } as const;

/** A Nexus operation: scheduled -> started or not -> completed, failed, timed out or cancelled. */
export class NexusOperationMachine {
  private readonly schedule: OutgoingCommand;
  private scheduledEventId = 0;
  private operationToken = '';
  private isStartResolved = false;
  private isResolved = false;
  private isCancelRequested = false;

  constructor(
    private readonly context: MachineContext,
    private readonly request: ScheduleNexusOperationCommand,
  ) {
    const { endpoint, service, operation } = request;
    this.schedule = {
      command: {
        commandType: CommandType.COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION,
        scheduleNexusOperationCommandAttributes: {
          endpoint,
          service,
          operation,
          input: request.input,
          scheduleToCloseTimeout: request.scheduleToCloseTimeout,
          scheduleToStartTimeout: request.scheduleToStartTimeout,
          startToCloseTimeout: request.startToCloseTimeout,
          nexusHeader: request.nexusHeader,
        },
        userMetadata: request.userMetadata,
      },
      description: `the command to start Nexus operation ${operation} of ${service} at ${endpoint}`,
      callSite: request.callSite,
      eventType: EventType.EVENT_TYPE_NEXUS_OPERATION_SCHEDULED,
      differs: ({ nexusOperationScheduledEventAttributes: recorded }) =>
        recorded?.endpoint === endpoint && recorded.service === service && recorded.operation === operation
          ? undefined
          : `operations differ: ${recorded?.operation} of ${recorded?.service} at ${recorded?.endpoint}`,
      recorded: (event) => {
        this.scheduledEventId = event.eventId;
        context.follow(event.eventId, { handle: (next) => this.handle(next) });
      },
    };
    context.send(this.schedule);
  }

  cancel({ callSite }: RequestCancelNexusOperationCommand): void {
    if (this.isResolved || this.isCancelRequested) return;
    this.isCancelRequested = true;
    if (this.context.withdraw(this.schedule)) {
      this.resolveCancelled('Nexus Operation cancelled before scheduled');
      return;
    }
    const { cancellationType } = this.request;
    if (cancellationType !== cancellation.abandon) this.sendCancel(callSite);
    if (cancellationType === cancellation.abandon || cancellationType === cancellation.tryCancel) {
      this.resolveCancelled('Nexus operation cancelled after starting');
    }
  }

  private sendCancel(callSite: CallSite | undefined): void {
    const { scheduledEventId } = this;
    this.context.send({
      command: {
        commandType: CommandType.COMMAND_TYPE_REQUEST_CANCEL_NEXUS_OPERATION,
        requestCancelNexusOperationCommandAttributes: { scheduledEventId },
      },
      description: `the command to cancel Nexus operation ${this.request.operation}`,
      callSite,
      eventType: EventType.EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUESTED,
      differs: ({ nexusOperationCancelRequestedEventAttributes: recorded }) =>
        recorded?.scheduledEventId === scheduledEventId ? undefined : 'they cancel different operations',
    });
  }

  private handle(event: history.HistoryEvent): void {
    const started = event.nexusOperationStartedEventAttributes;
    if (started) {
      this.operationToken = started.operationToken;
      return this.resolveStart({ status: 'started', operationToken: started.operationToken });
    }
    const completed = event.nexusOperationCompletedEventAttributes;
    if (completed) return this.resolve({ status: 'completed', result: completed.result });
    const failed = event.nexusOperationFailedEventAttributes;
    if (failed) return this.end('failed', failed.failure);
    const timedOut = event.nexusOperationTimedOutEventAttributes;
    if (timedOut) return this.end('timedOut', timedOut.failure);
    const canceled = event.nexusOperationCanceledEventAttributes;
    if (canceled) return this.end('cancelled', canceled.failure);
    const { waitRequested } = cancellation;
    if (event.nexusOperationCancelRequestCompletedEventAttributes && this.request.cancellationType === waitRequested) {
      this.resolveCancelled('Nexus operation cancellation request completed');
    }
  }

  private end(
    status: 'failed' | 'timedOut' | 'cancelled',
    failure: history.NexusOperationFailedEventAttributes['failure'] = {
      message: 'Nexus operation failed',
      encodedAttributes: undefined,
      cause: undefined,
      source: '',
      stackTrace: '',
    },
  ): void {
    // An operation that never started tells so through its start.
    if (this.isStartResolved) this.resolve({ status, failure });
    else {
      this.isResolved = true;
      this.resolveStart({ status: 'failed', failure });
    }
  }

  private resolveCancelled(message: string): void {
    const { endpoint, service, operation } = this.request;
    const { scheduledEventId, operationToken } = this;
    const nexusOperationExecutionFailureInfo = { scheduledEventId, endpoint, service, operation, operationToken };
    const failure = { message, cause: cancelled(), nexusOperationExecutionFailureInfo };
    if (this.isStartResolved) this.resolve({ status: 'cancelled', failure });
    else {
      this.isResolved = true;
      this.resolveStart({ status: 'failed', failure });
    }
  }

  private resolveStart(result: NexusOperationStartResolution): void {
    if (this.isStartResolved) return;
    this.isStartResolved = true;
    this.context.notify({ kind: 'resolveNexusOperationStart', seq: this.request.seq, result });
  }

  private resolve(result: NexusOperationResolution): void {
    if (this.isResolved) return;
    if (!this.isStartResolved) this.resolveStart({ status: 'startedSync' });
    this.isResolved = true;
    this.context.notify({ kind: 'resolveNexusOperation', seq: this.request.seq, result });
  }
}
