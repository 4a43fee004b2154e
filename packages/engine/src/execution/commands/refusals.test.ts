import { enums, msToDuration } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { commands, payload, payloads } from '../../testing/commands.js';
import { eventTypeName } from '../../testing/transcript.js';
import { World } from '../../testing/world.js';

const { CommandType, WorkflowTaskFailedCause } = enums;
const { activity, timer, child } = commands;
const activityCause = 'BAD_SCHEDULE_ACTIVITY_ATTRIBUTES';

/** Commands, the cause of the failed workflow task, and the message: as Temporal's server 1.29 answers. */
const REFUSED = [
  [[activity('')], activityCause, 'BadScheduleActivityAttributes: ActivityId is not set on ScheduleActivityTaskCommand. ActivityType=act'],
  [[activity('a', { activityType: { name: '' } })], activityCause, 'BadScheduleActivityAttributes: ActivityType is not set on ScheduleActivityTaskCommand. ActivityID=a'],
  [[activity('a', { startToCloseTimeout: undefined })], activityCause, 'BadScheduleActivityAttributes: A valid StartToClose or ScheduleToCloseTimeout is not set on ScheduleActivityTaskCommand. ActivityId=a ActivityType=act'],
  [[activity('a', { startToCloseTimeout: msToDuration(-1) })], activityCause, 'BadScheduleActivityAttributes: Invalid StartToCloseTimeout for ScheduleActivityTaskCommand: negative duration. ActivityId=a ActivityType=act'],
  [[activity('a'.repeat(1001))], activityCause, /ActivityId on ScheduleActivityTaskCommand exceeds length limit\. .*Length=1001 Limit=1000/],
  [[activity('a'), activity('a')], 'SCHEDULE_ACTIVITY_DUPLICATE_ID', 'ScheduleActivityDuplicateId: invalid history builder state for action: add-activitytask-scheduled-event, ActivityID: a'],
  [[commands.cancelActivity(99)], 'BAD_REQUEST_CANCEL_ACTIVITY_ATTRIBUTES', 'BadRequestCancelActivityAttributes: invalid history builder state for action: add-activitytask-cancel-requested-event, ScheduledEventID: 99'],
  [[timer('', 1)], 'BAD_START_TIMER_ATTRIBUTES', 'BadStartTimerAttributes: TimerId is not set on StartTimerCommand.'],
  [[timer('t', -5)], 'BAD_START_TIMER_ATTRIBUTES', 'BadStartTimerAttributes: An invalid StartToFireTimeout is set on StartTimerCommand: negative duration. TimerId=t'],
  [[timer('t', 1), timer('t', 1)], 'START_TIMER_DUPLICATE_ID', 'StartTimerDuplicateId: invalid history builder state for action: add-timer-started-event, TimerID: t'],
  [[commands.cancelTimer('')], 'BAD_CANCEL_TIMER_ATTRIBUTES', 'BadCancelTimerAttributes: TimerId is not set on CancelTimerCommand.'],
  [[commands.cancelTimer('t')], 'BAD_CANCEL_TIMER_ATTRIBUTES', 'BadCancelTimerAttributes: invalid history builder state for action: add-timer-canceled-event, TimerID: t'],
  [[{ commandType: CommandType.COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION, failWorkflowExecutionCommandAttributes: {} }], 'BAD_FAIL_WORKFLOW_EXECUTION_ATTRIBUTES', 'BadFailWorkflowExecutionAttributes: Failure is not set on FailWorkflowExecutionCommand.'],
  [[{ commandType: CommandType.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION }], 'BAD_COMPLETE_WORKFLOW_EXECUTION_ATTRIBUTES', 'BadCompleteWorkflowExecutionAttributes: CompleteWorkflowExecutionCommandAttributes is not set on CompleteWorkflowExecutionCommand.'],
  [[{ commandType: CommandType.COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION }], 'BAD_CANCEL_WORKFLOW_EXECUTION_ATTRIBUTES', /is not set/],
  [[{ commandType: CommandType.COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION }], 'BAD_CONTINUE_AS_NEW_ATTRIBUTES', /is not set/],
  [[commands.continueAsNew({ workflowRunTimeout: msToDuration(-1) })], 'BAD_CONTINUE_AS_NEW_ATTRIBUTES', 'BadContinueAsNewAttributes: Invalid WorkflowRunTimeout on ContinueAsNewWorkflowExecutionCommand: negative duration. WorkflowType=type TaskQueue=queue'],
  [[commands.continueAsNew({ cronSchedule: 'nonsense' })], 'BAD_CONTINUE_AS_NEW_ATTRIBUTES', /Invalid CronSchedule/],
  [[commands.continueAsNew({ searchAttributes: { indexedFields: { Unknown: payload(1) } } })], 'BAD_SEARCH_ATTRIBUTES', /Unknown/],
  [[commands.marker('')], 'BAD_RECORD_MARKER_ATTRIBUTES', 'BadRecordMarkerAttributes: MarkerName is not set on RecordMarkerCommand.'],
  [[child('c', { workflowType: { name: '' } })], 'BAD_START_CHILD_EXECUTION_ATTRIBUTES', 'BadStartChildExecutionAttributes: Required field WorkflowType is not set on StartChildWorkflowExecutionCommand. WorkflowId=c Namespace=default'],
  [[child('')], 'BAD_START_CHILD_EXECUTION_ATTRIBUTES', 'BadStartChildExecutionAttributes: Required field WorkflowId is not set on StartChildWorkflowExecutionCommand. WorkflowType=child Namespace=default'],
  [[child('c', { cronSchedule: 'nonsense' })], 'BAD_START_CHILD_EXECUTION_ATTRIBUTES', /Invalid CronSchedule/],
  [[commands.signalExternal('x', '')], 'BAD_SIGNAL_WORKFLOW_EXECUTION_ATTRIBUTES', 'BadSignalWorkflowExecutionAttributes: SignalName is not set on SignalExternalWorkflowExecutionCommand. WorkflowId=x Namespace= RunId='],
  [[{ commandType: CommandType.COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION, signalExternalWorkflowExecutionCommandAttributes: { signalName: 's' } }], 'BAD_SIGNAL_WORKFLOW_EXECUTION_ATTRIBUTES', 'BadSignalWorkflowExecutionAttributes: Execution is not set on SignalExternalWorkflowExecutionCommand.'],
  [[{ commandType: CommandType.COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION, signalExternalWorkflowExecutionCommandAttributes: { signalName: 's', execution: { workflowId: 'x', runId: 'not-a-uuid' } } }], 'BAD_SIGNAL_WORKFLOW_EXECUTION_ATTRIBUTES', 'BadSignalWorkflowExecutionAttributes: Invalid RunId set on SignalExternalWorkflowExecutionCommand. WorkflowId=x Namespace= RunId=not-a-uuid SignalName=s'],
  [[commands.cancelExternal('')], 'BAD_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_ATTRIBUTES', 'BadRequestCancelExternalWorkflowExecutionAttributes: WorkflowId is not set on RequestCancelExternalWorkflowExecutionCommand. Namespace= RunId='],
  [[commands.searchAttributes({ Unknown: payload(1) })], 'BAD_SEARCH_ATTRIBUTES', 'BadSearchAttributes: Namespace default has no mapping defined for search attribute Unknown'],
  [[{ commandType: CommandType.COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, upsertWorkflowSearchAttributesCommandAttributes: {} }], 'BAD_SEARCH_ATTRIBUTES', 'BadSearchAttributes: SearchAttributes is not set on UpsertWorkflowSearchAttributesCommand.'],
  [[{ commandType: CommandType.COMMAND_TYPE_MODIFY_WORKFLOW_PROPERTIES, modifyWorkflowPropertiesCommandAttributes: {} }], 'BAD_MODIFY_WORKFLOW_PROPERTIES_ATTRIBUTES', 'BadModifyWorkflowPropertiesAttributes: UpsertedMemo is not set on ModifyWorkflowPropertiesCommand.'],
  [[commands.message('no-such-message')], 'BAD_UPDATE_WORKFLOW_EXECUTION_MESSAGE', 'BadUpdateWorkflowExecutionMessage: ProtocolMessageCommand referenced absent message ID no-such-message'],
  [[{ commandType: 99 as enums.CommandType }], 'FEATURE_DISABLED', /of type 99/],
] as const; // prettier-ignore

test.for(REFUSED)('%j fails the workflow task with %s', ([given, cause, message]) => {
  const world = new World();
  world.start();
  world.take();
  expect(world.complete({ commands: [commands.marker('forgotten'), ...given] })).toMatchObject({
    result: { refused: typeof message === 'string' ? message : (expect.stringMatching(message) as string) },
  });
  const failed = world.run().events.at(-1);
  expect(failed?.workflowTaskFailedEventAttributes).toMatchObject({
    cause: WorkflowTaskFailedCause[`WORKFLOW_TASK_FAILED_CAUSE_${cause}`],
    failure: { serverFailureInfo: {} },
  });
  expect(world.run().events).toHaveLength(4);
  expect(world.take()).toMatchObject({ attempt: 2 });
});

test.for([
  [[activity('a', { taskQueue: { name: '/_sys/x' } })], 'INVALID_ARGUMENT', /reserved prefix \/_sys\//],
  [[activity('a', { retryPolicy: { backoffCoefficient: 0.5 } })], 'INVALID_ARGUMENT', /BackoffCoefficient cannot be less than 1/],
  [[child('c', { namespace: 'unknown' })], 'NOT_FOUND', /^Namespace unknown is not found\.$/],
  [[{ commandType: 0 }], 'INVALID_ARGUMENT', /command type/],
  [[commands.complete(), timer('t', 1)], 'INVALID_ARGUMENT', /^invalid command sequence: \[CompleteWorkflowExecution, StartTimer\], command CompleteWorkflowExecution must be the last command\.$/],
] as const)('%j is refused with %s, and the task stays open', ([given, code, message]) => {
  const world = new World();
  world.start();
  world.take();
  expect(world.complete({ commands: given })).toMatchObject({ code, message: expect.stringMatching(message) as string });
  expect(world.run().events).toHaveLength(3);
  world.complete({ commands: [commands.complete()] });
  expect(eventTypeName(world.run().events.at(-1)?.eventType)).toBe('WorkflowExecutionCompleted');
}); // prettier-ignore

test('an input beyond any limit ends the run', () => {
  const world = new World({ payloadSizeBytes: 100 });
  world.start();
  world.step(activity('a', { input: payloads('x'.repeat(100)) }));
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskFailed scheduled=2 started=3 cause=BAD_SCHEDULE_ACTIVITY_ATTRIBUTES failure={'message':'BadScheduleActivityAttributes: ScheduleActivityTaskCommandAttributes.Input exceeds size limit: 120 bytes, at most 100 are allowed.'}
    5 WorkflowExecutionTerminated reason=BadScheduleActivityAttributes: ScheduleActivityTaskCommandAttributes.Input exceeds size limit: 120 bytes, at most 100 are allowed.
    "
  `);
});

test.for([
  [commands.fail('x'.repeat(200)), 'BadFailWorkflowExecutionAttributes: FailWorkflowExecutionCommandAttributes.Failure'],
  [child('c', { memo: { fields: { note: payload('x'.repeat(100)) } } }), 'BadStartChildExecutionAttributes: StartChildWorkflowExecutionCommandAttributes.Memo'],
  [commands.continueAsNew({ memo: { fields: { note: payload('x'.repeat(100)) } } }), 'BadContinueAsNewAttributes: ContinueAsNewWorkflowExecutionCommandAttributes.Memo'],
] as const)('so do failures and memos: %j', ([given, reason]) => {
  const world = new World({ payloadSizeBytes: 150, memoSizeBytes: 100 });
  world.start();
  world.step(given);
  expect(world.run().events.at(-1)?.workflowExecutionTerminatedEventAttributes?.reason).toMatch(new RegExp(`^${reason} exceeds size limit: \\d+ bytes, at most (150|100) are allowed\\.$`));
}); // prettier-ignore

test('what is pending is limited', () => {
  const limits = { pendingActivities: 1, pendingChildren: 1, pendingSignals: 1, pendingCancelRequests: 1 };
  const cases = [
    [[activity('a'), activity('b')], 'PENDING_ACTIVITIES_LIMIT_EXCEEDED'],
    [[child('a'), child('b')], 'PENDING_CHILD_WORKFLOWS_LIMIT_EXCEEDED'],
    [[commands.signalExternal('a'), commands.signalExternal('b')], 'PENDING_SIGNALS_LIMIT_EXCEEDED'],
    [[commands.cancelExternal('a'), commands.cancelExternal('b')], 'PENDING_REQUEST_CANCEL_LIMIT_EXCEEDED'],
  ] as const;
  for (const [given, cause] of cases) {
    const world = new World(limits);
    world.start();
    world.step(...given);
    expect(world.run().events.at(-1)?.workflowTaskFailedEventAttributes?.cause).toBe(
      WorkflowTaskFailedCause[`WORKFLOW_TASK_FAILED_CAUSE_${cause}`],
    );
  }
});
