import { test } from 'vitest';
import {
  api,
  commands,
  connect,
  eventTypes,
  expectStatus,
  seconds,
  statusCodes,
  toPayload,
  toPayloads,
} from './harness/index.js';

const environment = await connect();
const queue = environment.uniqueId('other');
const none = { startToCloseTimeout: null };

interface BadAnswer {
  readonly name: string;
  readonly commands: (taskQueue: string) => api.command.ICommand[];
  /** The suffix of the WorkflowTaskFailedCause. */
  readonly cause: string;
  readonly message: RegExp;
}

const activity = 'BAD_SCHEDULE_ACTIVITY_ATTRIBUTES';
const table: readonly BadAnswer[] = [
  { name: 'an activity without id', commands: () => [commands.scheduleActivity('', queue)], cause: activity, message: /activityid/i },
  { name: 'an activity without type', commands: () => [commands.scheduleActivity('a', queue, { activityType: { name: '' } })], cause: activity, message: /activitytype/i },
  { name: 'an activity without timeout', commands: () => [commands.scheduleActivity('a', queue, none)], cause: activity, message: /StartToClose|ScheduleToClose/ },
  { name: 'an activity with a negative timeout', commands: () => [commands.scheduleActivity('a', queue, { startToCloseTimeout: seconds(-1) })], cause: activity, message: /negative|StartToClose/i },
  { name: 'two activities with one id', commands: () => [commands.scheduleActivity('a', queue), commands.scheduleActivity('a', queue)], cause: 'SCHEDULE_ACTIVITY_DUPLICATE_ID', message: /.*/ },
  { name: 'an over-long activity id', commands: () => [commands.scheduleActivity('a'.repeat(1001), queue)], cause: activity, message: /length/i },
  { name: 'cancelling an activity that does not exist', commands: () => [commands.requestCancelActivity(99)], cause: 'BAD_REQUEST_CANCEL_ACTIVITY_ATTRIBUTES', message: /.*/ },
  { name: 'a timer without id', commands: () => [commands.startTimer('', 1)], cause: 'BAD_START_TIMER_ATTRIBUTES', message: /timerid/i },
  { name: 'a timer with a negative duration', commands: () => [commands.startTimer('t', -5)], cause: 'BAD_START_TIMER_ATTRIBUTES', message: /StartToFire/i },
  { name: 'two timers with one id', commands: () => [commands.startTimer('t', 9), commands.startTimer('t', 9)], cause: 'START_TIMER_DUPLICATE_ID', message: /.*/ },
  { name: 'cancelling a timer that does not exist', commands: () => [commands.cancelTimer('t')], cause: 'BAD_CANCEL_TIMER_ATTRIBUTES', message: /timer/i },
  { name: 'cancelling a timer without id', commands: () => [commands.cancelTimer('')], cause: 'BAD_CANCEL_TIMER_ATTRIBUTES', message: /timerid/i },
  { name: 'failing without a failure', commands: () => [{ commandType: api.enums.CommandType.COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION, failWorkflowExecutionCommandAttributes: {} }], cause: 'BAD_FAIL_WORKFLOW_EXECUTION_ATTRIBUTES', message: /failure/i },
  { name: 'a command without attributes', commands: () => [{ commandType: api.enums.CommandType.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION }], cause: 'BAD_COMPLETE_WORKFLOW_EXECUTION_ATTRIBUTES', message: /attributes/i },
  { name: 'a marker without name', commands: () => [commands.recordMarker('')], cause: 'BAD_RECORD_MARKER_ATTRIBUTES', message: /MarkerName/i },
  { name: 'continuing as new with a negative timeout', commands: () => [commands.continueAsNew({ workflowRunTimeout: seconds(-1) })], cause: 'BAD_CONTINUE_AS_NEW_ATTRIBUTES', message: /RunTimeout/i },
  { name: 'a child without workflow type', commands: () => [commands.startChild({ workflowId: 'c', workflowType: { name: '' } })], cause: 'BAD_START_CHILD_EXECUTION_ATTRIBUTES', message: /WorkflowType/i },
  { name: 'a child without workflow id', commands: () => [commands.startChild({ workflowId: '' })], cause: 'BAD_START_CHILD_EXECUTION_ATTRIBUTES', message: /WorkflowId/i },
  { name: 'signalling without a signal name', commands: () => [commands.signalExternal({ execution: { workflowId: 'x' } })], cause: 'BAD_SIGNAL_WORKFLOW_EXECUTION_ATTRIBUTES', message: /SignalName/i },
  { name: 'signalling without an execution', commands: () => [commands.signalExternal({ signalName: 's' })], cause: 'BAD_SIGNAL_WORKFLOW_EXECUTION_ATTRIBUTES', message: /Execution/i },
  { name: 'signalling a malformed run id', commands: () => [commands.signalExternal({ signalName: 's', execution: { workflowId: 'x', runId: 'not-a-uuid' } })], cause: 'BAD_SIGNAL_WORKFLOW_EXECUTION_ATTRIBUTES', message: /RunId/i },
  { name: 'cancelling an execution without id', commands: () => [commands.cancelExternal({})], cause: 'BAD_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_ATTRIBUTES', message: /WorkflowId/i },
  { name: 'upserting an unknown search attribute', commands: () => [commands.upsertSearchAttributes({ searchAttributes: { indexedFields: { Nope: toPayload(1) } } })], cause: 'BAD_SEARCH_ATTRIBUTES', message: /Nope/ },
  { name: 'upserting no search attributes', commands: () => [commands.upsertSearchAttributes({})], cause: 'BAD_SEARCH_ATTRIBUTES', message: /SearchAttributes|IndexedFields/i },
  { name: 'modifying no properties', commands: () => [commands.modifyProperties({})], cause: 'BAD_MODIFY_WORKFLOW_PROPERTIES_ATTRIBUTES', message: /.*/ },
  { name: 'an unknown message id', commands: () => [commands.protocolMessage('no-such-message')], cause: 'BAD_UPDATE_WORKFLOW_EXECUTION_MESSAGE', message: /no-such-message/ },
]; // prettier-ignore

test.for(table)('$name fails the workflow task', async ({ commands: build, cause, message }, { expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await expectStatus(
    worker.complete(await worker.workflowTask(), build(worker.taskQueue)),
    'INVALID_ARGUMENT',
    message,
  );
  const failed = (await environment.history(execution)).find((event) => event.workflowTaskFailedEventAttributes);
  const attributes = failed?.workflowTaskFailedEventAttributes;
  expect(api.enums.WorkflowTaskFailedCause[attributes?.cause ?? 0]).toBe(`WORKFLOW_TASK_FAILED_CAUSE_${cause}`);
  expect(attributes?.failure?.message).toMatch(message);
  // Nothing of the bad answer took effect: the workflow goes on with a new attempt.
  const again = await worker.step([commands.completeWorkflow('recovered')]);
  expect(again.attempt).toBe(2);
  expect((await environment.closedHistory(execution)).at(-1)?.workflowExecutionCompletedEventAttributes).toBeTruthy();
});

interface RefusedAnswer extends Omit<BadAnswer, 'cause'> {
  readonly codes: readonly number[];
}

const refused: readonly RefusedAnswer[] = [
  { name: 'an activity with a bad retry policy', commands: () => [commands.scheduleActivity('a', queue, { retryPolicy: { backoffCoefficient: 0.5 } })], codes: [statusCodes.INVALID_ARGUMENT], message: /backoff/i },
  { name: 'a reserved task queue', commands: () => [commands.scheduleActivity('a', '/_sys/x')], codes: [statusCodes.INVALID_ARGUMENT], message: /task ?queue/i },
  { name: 'a child in an unknown namespace', commands: () => [commands.startChild({ workflowId: 'c', namespace: 'no-such-namespace' })], codes: [statusCodes.NOT_FOUND, statusCodes.INVALID_ARGUMENT], message: /namespace/i },
  { name: 'a command after the terminal one', commands: () => [commands.completeWorkflow(), commands.startTimer('t', 1)], codes: [statusCodes.INVALID_ARGUMENT], message: /must be the last/ },
  { name: 'an unspecified command type', commands: () => [{ commandType: 0 }], codes: [statusCodes.INVALID_ARGUMENT], message: /command type/i },
]; // prettier-ignore

// Whether the task stays open or is failed with a cause is the server's choice here; the answer must have no effect.
test.for(refused)('$name refuses the answer', async ({ commands: build, codes, message }, { expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue, { workflowTaskTimeout: seconds(1) });
  const error = await worker
    .complete(await worker.workflowTask(), build(worker.taskQueue))
    .catch((refusal: unknown) => refusal);
  expect(error).toMatchObject({
    code: expect.toSatisfy((code) => codes.includes(code)),
    details: expect.stringMatching(message),
  });
  expect(eventTypes(await environment.history(execution)).slice(0, 3)).toEqual([
    'WorkflowExecutionStarted',
    'WorkflowTaskScheduled',
    'WorkflowTaskStarted',
  ]);
  await worker.step([commands.completeWorkflow('recovered')]);
  expect(eventTypes(await environment.closedHistory(execution))).not.toContain('ActivityTaskScheduled');
});

test('an over-large activity input terminates the workflow', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const input = toPayloads('x'.repeat(2 * 1024 * 1024 + 1));
  await worker
    .complete(await worker.workflowTask(), [commands.scheduleActivity('a', worker.taskQueue, { input })])
    .catch(() => undefined);
  // Our server says how large it was, too.
  const said = (await environment.closedTranscript(execution)).replace(/: \d+ bytes, at most \d+ are allowed/g, '');
  expect(said).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskFailed scheduled=2 started=3 cause=BAD_SCHEDULE_ACTIVITY_ATTRIBUTES failure={'message':'BadScheduleActivityAttributes: ScheduleActivityTaskCommandAttributes.Input exceeds size limit.','serverFailureInfo':'{}'}
    5 WorkflowExecutionTerminated reason=BadScheduleActivityAttributes: ScheduleActivityTaskCommandAttributes.Input exceeds size limit.
  `);
});
