import { enums, msToDuration, type command, type common } from '@perdure/protocol';

const { CommandType } = enums;

/** Starts a timer of that many milliseconds. */
export function startTimer(timerId: string, fireAfterMs: number): command.ICommand {
  const startToFireTimeout = msToDuration(fireAfterMs);
  return {
    commandType: CommandType.COMMAND_TYPE_START_TIMER,
    startTimerCommandAttributes: { timerId, startToFireTimeout },
  };
}

/** Schedules an activity on `queue`. */
export function scheduleActivity(
  activityId: string,
  attributes: command.IScheduleActivityTaskCommandAttributes = {},
): command.ICommand {
  return {
    commandType: CommandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK,
    scheduleActivityTaskCommandAttributes: {
      activityId,
      activityType: { name: 'activity' },
      taskQueue: { name: 'queue' },
      startToCloseTimeout: msToDuration(60_000),
      ...attributes,
    },
  };
}

/** Starts a child workflow on `queue`. */
export function startChild(
  workflowId: string,
  attributes: command.IStartChildWorkflowExecutionCommandAttributes = {},
): command.ICommand {
  return {
    commandType: CommandType.COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION,
    startChildWorkflowExecutionCommandAttributes: {
      workflowId,
      workflowType: { name: 'child' },
      taskQueue: { name: 'queue' },
      ...attributes,
    },
  };
}

/** Signals another execution. */
export function signalExternal(workflowId: string, signalName = 'signal'): command.ICommand {
  return {
    commandType: CommandType.COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION,
    signalExternalWorkflowExecutionCommandAttributes: { execution: { workflowId }, signalName },
  };
}

/** Asks another execution to cancel itself. */
export function cancelExternal(workflowId: string): command.ICommand {
  return {
    commandType: CommandType.COMMAND_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION,
    requestCancelExternalWorkflowExecutionCommandAttributes: { workflowId },
  };
}

/** Completes the run. */
export function completeWorkflow(result?: common.IPayloads): command.ICommand {
  return {
    commandType: CommandType.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION,
    completeWorkflowExecutionCommandAttributes: { result },
  };
}

/** Fails the run. */
export function failWorkflow(message: string): command.ICommand {
  return {
    commandType: CommandType.COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION,
    failWorkflowExecutionCommandAttributes: { failure: { message } },
  };
}

/** Continues the workflow as a new run of the same type. */
export function continueAsNew(): command.ICommand {
  return {
    commandType: CommandType.COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION,
    continueAsNewWorkflowExecutionCommandAttributes: { workflowType: { name: 'type' }, taskQueue: { name: 'queue' } },
  };
}
