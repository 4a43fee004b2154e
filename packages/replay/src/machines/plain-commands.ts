import { enums } from '@perdure/protocol';
import type {
  CancelWorkflowExecutionCommand,
  CompleteWorkflowExecutionCommand,
  ContinueAsNewWorkflowExecutionCommand,
  FailWorkflowExecutionCommand,
  ModifyWorkflowPropertiesCommand,
  UpsertWorkflowSearchAttributesCommand,
} from '@perdure/common/activation';
import type { OutgoingCommand } from '../context.js';

const { CommandType, EventType } = enums;

/** A command that ends the run. */
export type ClosingCommand =
  | CompleteWorkflowExecutionCommand
  | FailWorkflowExecutionCommand
  | CancelWorkflowExecutionCommand
  | ContinueAsNewWorkflowExecutionCommand;

/** Commands that are recorded and over: nothing follows from them. */
export function plainCommand(
  command: ClosingCommand | UpsertWorkflowSearchAttributesCommand | ModifyWorkflowPropertiesCommand,
): OutgoingCommand {
  const { callSite } = command;
  const plain = (commandText: string, eventType: number, attributes: OutgoingCommand['command']): OutgoingCommand => ({
    command: { userMetadata: command.userMetadata, ...attributes },
    description: commandText,
    callSite,
    eventType,
    differs: () => undefined,
  });
  switch (command.kind) {
    case 'completeWorkflowExecution':
      return plain('the command to complete the workflow', EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, {
        commandType: CommandType.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION,
        completeWorkflowExecutionCommandAttributes: {
          result: command.result === undefined ? undefined : { payloads: [command.result] },
        },
      });
    case 'failWorkflowExecution':
      return plain('the command to fail the workflow', EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED, {
        commandType: CommandType.COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION,
        failWorkflowExecutionCommandAttributes: { failure: command.failure },
      });
    case 'cancelWorkflowExecution':
      return plain('the command to end the workflow as cancelled', EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED, {
        commandType: CommandType.COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION,
        cancelWorkflowExecutionCommandAttributes: {},
      });
    case 'continueAsNewWorkflowExecution':
      return plain(
        'the command to continue the workflow as new',
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
        continueAsNew(command),
      );
    case 'upsertWorkflowSearchAttributes':
      return plain('the command to set search attributes', EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, {
        commandType: CommandType.COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
        upsertWorkflowSearchAttributesCommandAttributes: {
          searchAttributes: { indexedFields: command.searchAttributes },
        },
      });
    case 'modifyWorkflowProperties':
      return plain('the command to set the memo', EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED, {
        commandType: CommandType.COMMAND_TYPE_MODIFY_WORKFLOW_PROPERTIES,
        modifyWorkflowPropertiesCommandAttributes: { upsertedMemo: { fields: command.upsertedMemo } },
      });
  }
}

function continueAsNew(command: ContinueAsNewWorkflowExecutionCommand): OutgoingCommand['command'] {
  const { searchAttributes } = command;
  return {
    commandType: CommandType.COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION,
    continueAsNewWorkflowExecutionCommandAttributes: {
      workflowType: { name: command.workflowType },
      taskQueue: { name: command.taskQueue, kind: enums.TaskQueueKind.TASK_QUEUE_KIND_NORMAL },
      input: { payloads: command.arguments },
      workflowRunTimeout: command.workflowRunTimeout,
      workflowTaskTimeout: command.workflowTaskTimeout,
      backoffStartInterval: command.backoffStartInterval,
      retryPolicy: command.retryPolicy,
      header: { fields: command.headers },
      memo: Object.keys(command.memo).length === 0 ? undefined : { fields: command.memo },
      searchAttributes: searchAttributes === undefined ? undefined : { indexedFields: searchAttributes },
      inheritBuildId: true,
      initialVersioningBehavior: command.initialVersioningBehavior,
    },
  };
}
