import type { command } from './api.js';
import { enums } from './api.js';
import { seconds } from './durations.js';
import { toPayloads } from './payloads.js';

type Command = command.ICommand;
const type = enums.CommandType;

/** Commands as a worker would send them in RespondWorkflowTaskCompleted. */
export const commands = {
  completeWorkflow: (...result: unknown[]): Command => ({
    commandType: type.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION,
    completeWorkflowExecutionCommandAttributes: { result: result.length ? toPayloads(...result) : null },
  }),
  failWorkflow: (message: string): Command => ({
    commandType: type.COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION,
    failWorkflowExecutionCommandAttributes: { failure: { message, applicationFailureInfo: { type: 'Test' } } },
  }),
  cancelWorkflow: (...details: unknown[]): Command => ({
    commandType: type.COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION,
    cancelWorkflowExecutionCommandAttributes: { details: details.length ? toPayloads(...details) : null },
  }),
  continueAsNew: (attributes: command.IContinueAsNewWorkflowExecutionCommandAttributes): Command => ({
    commandType: type.COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION,
    continueAsNewWorkflowExecutionCommandAttributes: attributes,
  }),
  startTimer: (timerId: string, timeoutS: number): Command => ({
    commandType: type.COMMAND_TYPE_START_TIMER,
    startTimerCommandAttributes: { timerId, startToFireTimeout: seconds(timeoutS) },
  }),
  cancelTimer: (timerId: string): Command => ({
    commandType: type.COMMAND_TYPE_CANCEL_TIMER,
    cancelTimerCommandAttributes: { timerId },
  }),
  /** An activity `act` on `taskQueue` with a start-to-close timeout of ten seconds unless told otherwise. */
  scheduleActivity: (
    activityId: string,
    taskQueue: string,
    attributes: command.IScheduleActivityTaskCommandAttributes = {},
  ): Command => ({
    commandType: type.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK,
    scheduleActivityTaskCommandAttributes: {
      activityId,
      activityType: { name: 'act' },
      taskQueue: { name: taskQueue },
      startToCloseTimeout: seconds(10),
      ...attributes,
    },
  }),
  requestCancelActivity: (scheduledEventId: number): Command => ({
    commandType: type.COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK,
    requestCancelActivityTaskCommandAttributes: { scheduledEventId: scheduledEventId as never },
  }),
  startChild: (attributes: command.IStartChildWorkflowExecutionCommandAttributes): Command => ({
    commandType: type.COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION,
    startChildWorkflowExecutionCommandAttributes: { workflowType: { name: 'child' }, ...attributes },
  }),
  signalExternal: (attributes: command.ISignalExternalWorkflowExecutionCommandAttributes): Command => ({
    commandType: type.COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION,
    signalExternalWorkflowExecutionCommandAttributes: attributes,
  }),
  cancelExternal: (attributes: command.IRequestCancelExternalWorkflowExecutionCommandAttributes): Command => ({
    commandType: type.COMMAND_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION,
    requestCancelExternalWorkflowExecutionCommandAttributes: attributes,
  }),
  recordMarker: (markerName: string, details: Record<string, unknown> = {}): Command => ({
    commandType: type.COMMAND_TYPE_RECORD_MARKER,
    recordMarkerCommandAttributes: {
      markerName,
      details: Object.fromEntries(Object.entries(details).map(([key, value]) => [key, toPayloads(value)])),
    },
  }),
  upsertSearchAttributes: (attributes: command.IUpsertWorkflowSearchAttributesCommandAttributes): Command => ({
    commandType: type.COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
    upsertWorkflowSearchAttributesCommandAttributes: attributes,
  }),
  modifyProperties: (attributes: command.IModifyWorkflowPropertiesCommandAttributes): Command => ({
    commandType: type.COMMAND_TYPE_MODIFY_WORKFLOW_PROPERTIES,
    modifyWorkflowPropertiesCommandAttributes: attributes,
  }),
  protocolMessage: (messageId: string): Command => ({
    commandType: type.COMMAND_TYPE_PROTOCOL_MESSAGE,
    protocolMessageCommandAttributes: { messageId },
  }),
} as const;
