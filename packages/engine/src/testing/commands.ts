import { enums, msToDuration, type command, type common, type failure } from '@perdure/protocol';

const { CommandType } = enums;
type Command = command.ICommand;

/** One JSON payload. */
export function payload(value: unknown): common.IPayload {
  return {
    metadata: { encoding: new TextEncoder().encode('json/plain') },
    data: new TextEncoder().encode(JSON.stringify(value)),
  };
}

/** JSON payloads. */
export function payloads(...values: unknown[]): common.IPayloads {
  return { payloads: values.map(payload) };
}

/** A failure as workflow or activity code throws it. */
export function applicationFailure(message: string, info: failure.IApplicationFailureInfo = {}): failure.IFailure {
  return { message, applicationFailureInfo: { type: 'Test', ...info } };
}

/** Commands as a worker sends them. */
export const commands = {
  complete: (result: unknown = 'done'): Command => ({
    commandType: CommandType.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION,
    completeWorkflowExecutionCommandAttributes: { result: payloads(result) },
  }),
  fail: (message = 'broken', info: failure.IApplicationFailureInfo = {}): Command => ({
    commandType: CommandType.COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION,
    failWorkflowExecutionCommandAttributes: { failure: applicationFailure(message, info) },
  }),
  cancel: (): Command => ({
    commandType: CommandType.COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION,
    cancelWorkflowExecutionCommandAttributes: {},
  }),
  continueAsNew: (attributes: command.IContinueAsNewWorkflowExecutionCommandAttributes = {}): Command => ({
    commandType: CommandType.COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION,
    continueAsNewWorkflowExecutionCommandAttributes: attributes,
  }),
  activity: (activityId: string, attributes: command.IScheduleActivityTaskCommandAttributes = {}): Command => ({
    commandType: CommandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK,
    scheduleActivityTaskCommandAttributes: {
      activityId,
      activityType: { name: 'act' },
      taskQueue: { name: 'queue' },
      startToCloseTimeout: msToDuration(10_000),
      ...attributes,
    },
  }),
  cancelActivity: (scheduledEventId: number): Command => ({
    commandType: CommandType.COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK,
    requestCancelActivityTaskCommandAttributes: { scheduledEventId },
  }),
  timer: (timerId: string, timeoutMs: number): Command => ({
    commandType: CommandType.COMMAND_TYPE_START_TIMER,
    startTimerCommandAttributes: { timerId, startToFireTimeout: msToDuration(timeoutMs) },
  }),
  cancelTimer: (timerId: string): Command => ({
    commandType: CommandType.COMMAND_TYPE_CANCEL_TIMER,
    cancelTimerCommandAttributes: { timerId },
  }),
  child: (workflowId: string, attributes: command.IStartChildWorkflowExecutionCommandAttributes = {}): Command => ({
    commandType: CommandType.COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION,
    startChildWorkflowExecutionCommandAttributes: { workflowId, workflowType: { name: 'child' }, ...attributes },
  }),
  signalExternal: (workflowId: string, signalName = 'signal'): Command => ({
    commandType: CommandType.COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION,
    signalExternalWorkflowExecutionCommandAttributes: { execution: { workflowId }, signalName },
  }),
  cancelExternal: (workflowId: string): Command => ({
    commandType: CommandType.COMMAND_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION,
    requestCancelExternalWorkflowExecutionCommandAttributes: { workflowId },
  }),
  nexus: (operation: string, attributes: command.IScheduleNexusOperationCommandAttributes = {}): Command => ({
    commandType: CommandType.COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION,
    scheduleNexusOperationCommandAttributes: { endpoint: 'endpoint', service: 'service', operation, ...attributes },
  }),
  cancelNexus: (scheduledEventId: number): Command => ({
    commandType: CommandType.COMMAND_TYPE_REQUEST_CANCEL_NEXUS_OPERATION,
    requestCancelNexusOperationCommandAttributes: { scheduledEventId },
  }),
  marker: (markerName: string): Command => ({
    commandType: CommandType.COMMAND_TYPE_RECORD_MARKER,
    recordMarkerCommandAttributes: { markerName, details: { data: payloads(1) } },
  }),
  searchAttributes: (indexedFields: Record<string, common.IPayload>): Command => ({
    commandType: CommandType.COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
    upsertWorkflowSearchAttributesCommandAttributes: { searchAttributes: { indexedFields } },
  }),
  memo: (fields: Record<string, common.IPayload>): Command => ({
    commandType: CommandType.COMMAND_TYPE_MODIFY_WORKFLOW_PROPERTIES,
    modifyWorkflowPropertiesCommandAttributes: { upsertedMemo: { fields } },
  }),
  message: (messageId: string): Command => ({
    commandType: CommandType.COMMAND_TYPE_PROTOCOL_MESSAGE,
    protocolMessageCommandAttributes: { messageId },
  }),
} as const;
