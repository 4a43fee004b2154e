import { enums, type history } from '@perdure/protocol';
import type {
  CancelChildWorkflowExecutionCommand,
  ChildWorkflowResolution,
  ChildWorkflowStartResolution,
  StartChildWorkflowExecutionCommand,
  CallSite,
} from '@perdure/common/activation';
import { inputPayloads } from './input-payloads.js';
import type { MachineContext, OutgoingCommand } from '../context.js';
import { cancelled, childFailure } from './failures.js';

const { CommandType, EventType } = enums;
/** What every SDK on Temporal's core says where the server says nothing. */
const NON_RETRYABLE = enums.RetryState.RETRY_STATE_NON_RETRYABLE_FAILURE;

/**
 * `coresdk.child_workflow.ChildWorkflowCancellationType`. The third and the fourth wait for the end of the child, in life and on replay:
 * so does Temporal's core, although the name of the fourth, WAIT_CANCELLATION_REQUESTED, speaks of the request alone.
 */
const cancellation = { abandon: 0, tryCancel: 1 } as const;

/** A child workflow: initiated -> started or not -> completed, failed, timed out, cancelled or terminated. */
export class ChildWorkflowMachine {
  private readonly start: OutgoingCommand;
  private initiatedEventId = 0;
  private startedEventId = 0;
  private runId: string | undefined;
  private isStartResolved = false;
  private isResolved = false;
  private isCancelRequested = false;

  constructor(
    private readonly context: MachineContext,
    private readonly request: StartChildWorkflowExecutionCommand,
  ) {
    this.start = {
      command: startCommand(request),
      description: `the command to start child workflow ${request.workflowType}, id ${request.workflowId}`,
      callSite: request.callSite,
      eventType: EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED,
      differs: (event) => startDiffers(event, request),
      recorded: (event) => {
        this.initiatedEventId = event.eventId;
        context.follow(event.eventId, { handle: (next) => this.handle(next) });
      },
    };
    context.send(this.start);
  }

  cancel({ reason, callSite }: CancelChildWorkflowExecutionCommand): void {
    if (this.isResolved || this.isCancelRequested) return;
    this.isCancelRequested = true;
    if (this.context.withdraw(this.start)) {
      const message = `Child Workflow Execution cancelled before scheduled: ${reason}`;
      this.isResolved = true;
      this.resolveStart({ status: 'cancelled', failure: childFailure(message, cancelled(), this.facts()) });
      return;
    }
    const { cancellationType } = this.request;
    if (cancellationType !== cancellation.abandon) this.sendCancel(reason, callSite);
    if (cancellationType === cancellation.abandon || cancellationType === cancellation.tryCancel)
      this.resolveCancelled();
  }

  private sendCancel(reason: string, callSite: CallSite | undefined): void {
    const { namespace, workflowId } = this.request;
    this.context.send({
      command: {
        commandType: CommandType.COMMAND_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION,
        requestCancelExternalWorkflowExecutionCommandAttributes: {
          namespace,
          workflowId,
          runId: this.runId,
          childWorkflowOnly: true,
          reason,
        },
      },
      description: `the command to cancel child workflow ${workflowId}`,
      callSite,
      eventType: EventType.EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
      differs: ({ requestCancelExternalWorkflowExecutionInitiatedEventAttributes: recorded }) =>
        recorded?.workflowExecution?.workflowId === workflowId
          ? undefined
          : `they cancel different workflows: ${recorded?.workflowExecution?.workflowId} and ${workflowId}`,
      // Whether the request arrived makes no difference: what counts is how the child ends.
      recorded: (event) => this.context.follow(event.eventId, { handle: () => undefined }),
    });
  }

  private handle(event: history.HistoryEvent): void {
    const started = event.childWorkflowExecutionStartedEventAttributes;
    if (started) {
      this.startedEventId = event.eventId;
      this.runId = started.workflowExecution?.runId ?? '';
      return this.resolveStart({ status: 'succeeded', runId: this.runId });
    }
    const notStarted = event.startChildWorkflowExecutionFailedEventAttributes;
    if (notStarted) {
      const { workflowId, workflowType } = this.request;
      this.isResolved = true;
      return this.resolveStart({ status: 'failed', workflowId, workflowType, cause: notStarted.cause });
    }
    this.handleEnd(event);
  }

  private handleEnd(event: history.HistoryEvent): void {
    const completed = event.childWorkflowExecutionCompletedEventAttributes;
    if (completed) return this.resolve({ status: 'completed', result: completed.result?.payloads[0] });
    const failed = event.childWorkflowExecutionFailedEventAttributes;
    if (failed) return this.fail('Child Workflow execution failed', failed.failure, failed.retryState);
    const timedOut = event.childWorkflowExecutionTimedOutEventAttributes;
    if (timedOut) {
      const timeoutType = enums.TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE;
      const cause = { message: 'Timed out', timeoutFailureInfo: { timeoutType } };
      return this.fail('Child Workflow execution timed out', cause, timedOut.retryState);
    }
    if (event.childWorkflowExecutionTerminatedEventAttributes) {
      const cause = { message: 'Terminated', terminatedFailureInfo: {} };
      return this.fail('Child Workflow execution terminated', cause, NON_RETRYABLE);
    }
    const canceled = event.childWorkflowExecutionCanceledEventAttributes;
    if (canceled) {
      const failure = childFailure(
        'Child Workflow execution cancelled',
        cancelled(canceled.details?.payloads),
        this.facts(),
      );
      this.resolve({ status: 'cancelled', failure });
    }
  }

  private fail(message: string, cause: Parameters<typeof childFailure>[1], retryState: enums.RetryState): void {
    this.resolve({ status: 'failed', failure: childFailure(message, cause, { ...this.facts(), retryState }) });
  }

  private resolveCancelled(): void {
    const failure = childFailure('Child Workflow execution cancelled', cancelled(), this.facts());
    if (this.isStartResolved) this.resolve({ status: 'cancelled', failure });
    else {
      this.isResolved = true;
      this.resolveStart({ status: 'cancelled', failure });
    }
  }

  private facts(): Parameters<typeof childFailure>[2] {
    const { namespace, workflowId, workflowType } = this.request;
    const { runId, initiatedEventId, startedEventId } = this;
    const retryState = NON_RETRYABLE;
    return { namespace, workflowId, runId, workflowType, initiatedEventId, startedEventId, retryState };
  }

  private resolveStart(result: ChildWorkflowStartResolution): void {
    if (this.isStartResolved) return;
    this.isStartResolved = true;
    this.context.notify({ kind: 'resolveChildWorkflowExecutionStart', seq: this.request.seq, result });
  }

  private resolve(result: ChildWorkflowResolution): void {
    if (this.isResolved) return;
    this.isResolved = true;
    this.context.notify({ kind: 'resolveChildWorkflowExecution', seq: this.request.seq, result });
  }
}

function startCommand(request: StartChildWorkflowExecutionCommand): OutgoingCommand['command'] {
  const { searchAttributes } = request;
  return {
    commandType: CommandType.COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION,
    startChildWorkflowExecutionCommandAttributes: {
      namespace: request.namespace,
      workflowId: request.workflowId,
      workflowType: { name: request.workflowType },
      taskQueue: { name: request.taskQueue, kind: enums.TaskQueueKind.TASK_QUEUE_KIND_NORMAL },
      input: inputPayloads(request.input),
      workflowExecutionTimeout: request.workflowExecutionTimeout,
      workflowRunTimeout: request.workflowRunTimeout,
      workflowTaskTimeout: request.workflowTaskTimeout,
      parentClosePolicy: request.parentClosePolicy,
      workflowIdReusePolicy: request.workflowIdReusePolicy,
      retryPolicy: request.retryPolicy,
      cronSchedule: request.cronSchedule,
      header: { fields: request.headers },
      memo: { fields: request.memo },
      searchAttributes: searchAttributes === undefined ? undefined : { indexedFields: searchAttributes },
      inheritBuildId: true,
      priority: request.priority,
    },
    userMetadata: request.userMetadata,
  };
}

function startDiffers(event: history.HistoryEvent, request: StartChildWorkflowExecutionCommand): string | undefined {
  const recorded = event.startChildWorkflowExecutionInitiatedEventAttributes;
  if (recorded?.workflowType?.name !== request.workflowType) {
    return `child workflow types differ: ${recorded?.workflowType?.name} and ${request.workflowType}`;
  }
  if (recorded.workflowId !== request.workflowId) {
    return `child workflow ids differ: ${recorded.workflowId} and ${request.workflowId}`;
  }
  return undefined;
}
