import { enums, type history } from '@perdure/protocol';
import type {
  CancelSignalWorkflowCommand,
  RequestCancelExternalWorkflowExecutionCommand,
  SignalExternalWorkflowExecutionCommand,
} from '@perdure/common/activation';
import type { MachineContext, OutgoingCommand } from '../context.js';
import { notReached } from './failures.js';

const { CommandType, EventType } = enums;

/** A signal to another workflow: initiated -> delivered or not. */
export class ExternalSignalMachine {
  private readonly signal: OutgoingCommand;
  private isResolved = false;

  constructor(
    private readonly context: MachineContext,
    private readonly request: SignalExternalWorkflowExecutionCommand,
  ) {
    const { target, signalName } = request;
    const workflowId = target.workflowExecution?.workflowId ?? target.childWorkflowId ?? '';
    this.signal = {
      command: signalCommand(request, context.namespace),
      description: `the command to signal ${signalName} to workflow ${workflowId}`,
      callSite: request.callSite,
      eventType: EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
      differs: ({ signalExternalWorkflowExecutionInitiatedEventAttributes: recorded }) => {
        if (recorded?.signalName !== signalName) return `signals differ: ${recorded?.signalName} and ${signalName}`;
        const recordedId = recorded.workflowExecution?.workflowId;
        return recordedId === workflowId
          ? undefined
          : `they signal different workflows: ${recordedId} and ${workflowId}`;
      },
      recorded: (event) => context.follow(event.eventId, { handle: (next) => this.handle(next) }),
    };
    context.send(this.signal);
  }

  cancel(_request: CancelSignalWorkflowCommand): void {
    // What has been sent cannot be taken back: workflow code hears whether it arrived.
    if (this.isResolved || !this.context.withdraw(this.signal)) return;
    const message = 'Signal was cancelled before being sent';
    this.resolve({ message, canceledFailureInfo: {} });
  }

  private handle(event: history.HistoryEvent): void {
    if (event.externalWorkflowExecutionSignaledEventAttributes) return this.resolve(undefined);
    const failed = event.signalExternalWorkflowExecutionFailedEventAttributes;
    if (!failed) return;
    const cause = enums.SignalExternalWorkflowExecutionFailedCause;
    switch (failed.cause) {
      case cause.SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_NAMESPACE_NOT_FOUND:
        return this.resolve(
          notReached('Unable to signal external workflow because its namespace was not found', 'NamespaceNotFound'),
        );
      case cause.SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_SIGNAL_COUNT_LIMIT_EXCEEDED:
        return this.resolve(
          notReached(
            'Unable to signal external workflow because it has had too many signals',
            'SignalCountLimitExceeded',
          ),
        );
      default:
        this.resolve(
          notReached(
            'Unable to signal external workflow because it was not found',
            'ExternalWorkflowExecutionNotFound',
          ),
        );
    }
  }

  private resolve(failure: ReturnType<typeof notReached> | undefined): void {
    if (this.isResolved) return;
    this.isResolved = true;
    this.context.notify({ kind: 'resolveSignalExternalWorkflow', seq: this.request.seq, result: { failure } });
  }
}

function signalCommand(
  { target, signalName, arguments: payloads, headers, userMetadata }: SignalExternalWorkflowExecutionCommand,
  ownNamespace: string,
): OutgoingCommand['command'] {
  const execution = target.workflowExecution ?? {
    namespace: ownNamespace,
    workflowId: target.childWorkflowId,
    runId: '',
  };
  return {
    commandType: CommandType.COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION,
    signalExternalWorkflowExecutionCommandAttributes: {
      namespace: execution.namespace,
      execution: { workflowId: execution.workflowId, runId: execution.runId },
      signalName,
      input: { payloads },
      header: { fields: headers },
      childWorkflowOnly: target.childWorkflowId !== undefined,
    },
    userMetadata,
  };
}

/** A request to cancel another workflow: initiated -> delivered or not. */
export class ExternalCancelMachine {
  constructor(context: MachineContext, request: RequestCancelExternalWorkflowExecutionCommand) {
    const { seq, workflowExecution, reason } = request;
    const { namespace, workflowId, runId } = workflowExecution;
    // What the other workflow is told, in the words of every SDK on Temporal's core.
    const told = `Cancel requested by workflow with run id ${context.runId} with reason: ${reason}`;
    const notify = (failure: ReturnType<typeof notReached> | undefined): void =>
      context.notify({ kind: 'resolveRequestCancelExternalWorkflow', seq, result: { failure } });
    const handle = (event: history.HistoryEvent): void => {
      if (event.externalWorkflowExecutionCancelRequestedEventAttributes) notify(undefined);
      else if (event.requestCancelExternalWorkflowExecutionFailedEventAttributes) {
        notify(notReached('Unable to cancel external workflow because not found', 'ExternalWorkflowExecutionNotFound'));
      }
    };
    context.send({
      command: {
        commandType: CommandType.COMMAND_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION,
        requestCancelExternalWorkflowExecutionCommandAttributes: { namespace, workflowId, runId, reason: told },
      },
      description: `the command to cancel workflow ${workflowId}`,
      callSite: request.callSite,
      eventType: EventType.EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
      differs: ({ requestCancelExternalWorkflowExecutionInitiatedEventAttributes: recorded }) =>
        recorded?.workflowExecution?.workflowId === workflowId
          ? undefined
          : `they cancel different workflows: ${recorded?.workflowExecution?.workflowId} and ${workflowId}`,
      recorded: (event) => context.follow(event.eventId, { handle }),
    });
  }
}
