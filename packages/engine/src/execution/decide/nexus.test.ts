import { enums, msToDuration } from '@perdure/protocol';
import { describe, expect, test } from 'vitest';
import {
  endNexusOperation,
  pendingEffects,
  recordNexusCancel,
  recordNexusStart,
  type NexusCancelOutcome,
  type NexusOutcome,
  type NexusStartOutcome,
} from '../index.js';
import { commands, payload } from '../../testing/commands.js';
import { World } from '../../testing/world.js';

const { TimeoutType, WorkflowTaskFailedCause } = enums;
/** The event that schedules the operation. */
const SCHEDULED = 5;
const STARTED: NexusStartOutcome = { kind: 'started', operationToken: 'token' };
const COMPLETED: NexusOutcome = { kind: 'completed', result: payload('result') };
const RETRY = { kind: 'retry', failure: { message: 'busy' } } as const;

/** A run that has asked for an operation. */
function withOperation(
  attributes: Parameters<typeof commands.nexus>[1] = {},
  start: Parameters<World['start']>[0] = {},
): World {
  const world = new World();
  world.start(start);
  world.step(commands.nexus('operation', attributes));
  return world;
}

const operation = (world: World) => world.run().state.nexusOperations.get(SCHEDULED);
const owed = (world: World) => pendingEffects(world.run().state).filter(({ kind }) => kind.startsWith('nexus'));
const answerStart = (world: World, outcome: NexusStartOutcome, tries = operation(world)?.tries.completed ?? 0) =>
  world.decide(undefined, (state, context) =>
    recordNexusStart(state, { scheduledEventId: SCHEDULED, tries }, outcome, context),
  );
const answerCancel = (
  world: World,
  outcome: NexusCancelOutcome,
  tries = operation(world)?.cancellation?.tries.completed ?? 0,
) =>
  world.decide(undefined, (state, context) =>
    recordNexusCancel(state, { scheduledEventId: SCHEDULED, tries }, outcome, context),
  );
const end = (
  world: World,
  outcome: NexusOutcome = COMPLETED,
  requestId = operation(world)?.attributes.requestId ?? '',
) =>
  world.decide(undefined, (state, context) =>
    endNexusOperation(
      state,
      { scheduledEventId: SCHEDULED, requestId, operationToken: 'token', startTimeMs: undefined, links: [], outcome },
      context,
    ),
  );
const lastLines = (world: World, count: number) => world.transcript().trimEnd().split('\n').slice(-count);

test('an operation is asked for, started, cancelled, and its end reported', () => {
  const world = withOperation({ input: payload('input') });
  expect(owed(world)).toEqual([{ kind: 'nexusStart', scheduledEventId: SCHEDULED, tries: 0 }]);
  answerStart(world, STARTED);
  expect(owed(world)).toEqual([]);
  world.step(commands.cancelNexus(SCHEDULED));
  expect(owed(world)).toEqual([{ kind: 'nexusCancel', scheduledEventId: SCHEDULED, tries: 0 }]);
  answerCancel(world, { kind: 'acknowledged' });
  end(world, { kind: 'canceled', failure: { message: 'stopped', canceledFailureInfo: {} } });
  expect(world.transcript({ hide: ['input'] })).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 NexusOperationScheduled endpoint=endpoint service=service operation=operation nexusHeader={} completed=4 endpointId=endpoint-id
    6 NexusOperationStarted scheduled=5 operationId=token operationToken=token
    7 WorkflowTaskScheduled attempt=1
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskCompleted scheduled=7 started=8
    10 NexusOperationCancelRequested scheduled=5 completed=9
    11 NexusOperationCancelRequestCompleted requestedEventId=10 completed=9 scheduled=5
    12 WorkflowTaskScheduled attempt=1
    13 NexusOperationCanceled scheduled=5 failure={'message':'nexus operation completed unsuccessfully','cause':{'message':'stopped'},'nexusOperationExecutionFailureInfo':{'scheduledEventId':5,'endpoint':'endpoint','service':'service','operation':'operation','operationId':'token','operationToken':'token'}}
    "
  `);
});

test('a second answer to the same request changes nothing', () => {
  const world = withOperation();
  answerStart(world, STARTED);
  const { sequence } = world.run().state;
  answerStart(world, { kind: 'started', operationToken: 'another' });
  answerStart(world, RETRY);
  expect(world.run().state.sequence).toBe(sequence);
  end(world);
  answerStart(world, STARTED, 0);
  expect(lastLines(world, 1)[0]).toContain('NexusOperationCompleted');
});

test('an old failure does not count against a newer try', () => {
  const world = withOperation();
  answerStart(world, RETRY);
  world.pass(1000);
  answerStart(world, RETRY, 0);
  expect(operation(world)).toMatchObject({ phase: 'scheduled', tries: { completed: 1 } });
});

test('waits between tries double, up to the limit', () => {
  const world = withOperation();
  const waits: number[] = [];
  for (let attempt = 0; attempt < 15; attempt += 1) {
    answerStart(world, RETRY);
    const before = world.nowMs;
    world.passToNextDue();
    waits.push((world.nowMs - before) / 1000);
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600, 3600]);
});

test('a cancellation waits for the start, and is not sent for an operation that ends instead', () => {
  const world = withOperation();
  world.signal('wake');
  world.step(commands.cancelNexus(SCHEDULED));
  expect(operation(world)?.cancellation?.phase).toBe('waiting');
  expect(owed(world)).toEqual([{ kind: 'nexusStart', scheduledEventId: SCHEDULED, tries: 0 }]);
  answerStart(world, COMPLETED);
  expect(owed(world)).toEqual([]);
  expect(operation(world)).toBeUndefined();
});

test('an end that overtakes the news of the start brings the start along', () => {
  const world = withOperation();
  end(world);
  expect(lastLines(world, 3).map((line) => line.trim().split(' ')[1])).toEqual([
    'NexusOperationStarted',
    'NexusOperationCompleted',
    'WorkflowTaskScheduled',
  ]);
});

test('an end that comes while a workflow task runs waits for it; what the task decides comes first', () => {
  const world = withOperation();
  answerStart(world, STARTED);
  world.take();
  end(world);
  world.complete({ commands: [commands.cancelNexus(SCHEDULED)] });
  expect(lastLines(world, 3).map((line) => line.trim().split(' ')[1])).toEqual([
    'NexusOperationCancelRequested',
    'NexusOperationCompleted',
    'WorkflowTaskScheduled',
  ]);
  expect(owed(world)).toEqual([]);
});

test('the end of another operation, or of none, is refused', () => {
  const world = withOperation();
  expect(end(world, COMPLETED, 'another request')).toMatchObject({ rejected: true, code: 'NOT_FOUND' });
  end(world);
  expect(end(world)).toMatchObject({ rejected: true, code: 'NOT_FOUND' });
  world.terminate();
  expect(end(world)).toMatchObject({ rejected: true, code: 'NOT_FOUND' });
});

test('after the close of the run nothing is owed to handlers', () => {
  const world = withOperation();
  answerStart(world, STARTED);
  world.step(commands.cancelNexus(SCHEDULED), commands.complete());
  expect(owed(world)).toEqual([]);
});

describe('timeouts', () => {
  const failureOf = (world: World) =>
    world.run().events.find((event) => event.nexusOperationTimedOutEventAttributes != null)
      ?.nexusOperationTimedOutEventAttributes?.failure;

  test.each([
    ['scheduleToCloseTimeout', TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_CLOSE, false],
    ['scheduleToCloseTimeout', TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_CLOSE, true],
    ['scheduleToStartTimeout', TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START, false],
    ['startToCloseTimeout', TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE, true],
  ] as const)('%s ends an operation (%d, started: %s)', (field, timeoutType, isStarted) => {
    const world = withOperation({ [field]: msToDuration(5000) });
    if (isStarted) answerStart(world, STARTED);
    world.pass(4999);
    expect(operation(world)).toBeDefined();
    world.pass(1);
    expect(failureOf(world)).toMatchObject({
      message: 'nexus operation completed unsuccessfully',
      nexusOperationExecutionFailureInfo: { scheduledEventId: SCHEDULED, operationToken: isStarted ? 'token' : '' },
      cause: { message: 'operation timed out', timeoutFailureInfo: { timeoutType } },
    });
  });

  test('an operation that has started has been started in time', () => {
    const world = withOperation({ scheduleToStartTimeout: msToDuration(5000) });
    answerStart(world, STARTED);
    world.pass(100_000);
    expect(operation(world)).toBeDefined();
  });

  test('the timeouts of an operation lie within that of its run', () => {
    const world = withOperation(
      { scheduleToStartTimeout: msToDuration(50_000), startToCloseTimeout: msToDuration(70_000) },
      { workflowRunTimeout: msToDuration(60_000) },
    );
    expect(operation(world)?.timeouts).toEqual({
      scheduleToCloseMs: 60_000,
      scheduleToStartMs: 50_000,
      startToCloseMs: 60_000,
    });
  });
});

describe('a command is refused', () => {
  const refusal = (...given: Parameters<World['step']>) => {
    const world = new World();
    world.start();
    world.step(...given);
    const failed = world.run().events.find((event) => event.workflowTaskFailedEventAttributes != null);
    const { cause, failure } = failed?.workflowTaskFailedEventAttributes ?? {};
    return [
      Object.entries(WorkflowTaskFailedCause).find(([, value]) => value === cause)?.[0],
      failure?.message?.replace(/^\w+: /, ''),
    ].join(': ');
  };

  test('with what is wrong with it', () => {
    const refusals = [
      refusal({ commandType: enums.CommandType.COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION }),
      refusal(commands.nexus('operation', { endpoint: 'unknown' })),
      refusal(commands.nexus('x'.repeat(1001))),
      refusal(commands.nexus('operation', { service: 'x'.repeat(1001) })),
      refusal(commands.nexus('operation', { scheduleToCloseTimeout: { seconds: -1 } })),
      refusal(commands.nexus('operation', { nexusHeader: { 'Request-Timeout': '1s' } })),
      refusal(commands.nexus('operation', { nexusHeader: { name: 'x'.repeat(8192) } })),
      refusal(commands.nexus('operation', { input: { data: new Uint8Array(3_000_000) } })),
      refusal(...Array.from({ length: 31 }, () => commands.nexus('operation'))),
      refusal({ commandType: enums.CommandType.COMMAND_TYPE_REQUEST_CANCEL_NEXUS_OPERATION }),
      refusal(commands.cancelNexus(SCHEDULED)),
      refusal(commands.nexus('operation'), commands.cancelNexus(SCHEDULED), commands.cancelNexus(SCHEDULED)),
    ];
    expect(refusals.join('\n')).toMatchInlineSnapshot(`
      "WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_NEXUS_OPERATION_ATTRIBUTES: empty ScheduleNexusOperationCommandAttributes
      WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_NEXUS_OPERATION_ATTRIBUTES: endpoint "unknown" not found
      WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_NEXUS_OPERATION_ATTRIBUTES: ScheduleNexusOperationCommandAttributes.Operation exceeds length limit of 1000
      WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_NEXUS_OPERATION_ATTRIBUTES: ScheduleNexusOperationCommandAttributes.Service exceeds length limit of 1000
      WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_NEXUS_OPERATION_ATTRIBUTES: ScheduleNexusOperationCommandAttributes.ScheduleToCloseTimeout is invalid: negative duration
      WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_NEXUS_OPERATION_ATTRIBUTES: ScheduleNexusOperationCommandAttributes.NexusHeader contains a disallowed header key: "Request-Timeout"
      WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_NEXUS_OPERATION_ATTRIBUTES: ScheduleNexusOperationCommandAttributes.NexusHeader exceeds size limit
      WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_NEXUS_OPERATION_ATTRIBUTES: ScheduleNexusOperationCommandAttributes.Input exceeds size limit
      WORKFLOW_TASK_FAILED_CAUSE_PENDING_NEXUS_OPERATIONS_LIMIT_EXCEEDED: workflow has reached the pending nexus operation limit of 30 for this namespace
      WORKFLOW_TASK_FAILED_CAUSE_BAD_REQUEST_CANCEL_NEXUS_OPERATION_ATTRIBUTES: empty CancelNexusOperationCommandAttributes
      WORKFLOW_TASK_FAILED_CAUSE_BAD_REQUEST_CANCEL_NEXUS_OPERATION_ATTRIBUTES: requested cancelation for a non-existing or already completed operation with scheduled event ID of 5
      WORKFLOW_TASK_FAILED_CAUSE_BAD_REQUEST_CANCEL_NEXUS_OPERATION_ATTRIBUTES: cancelation was already requested for an operation with scheduled event ID 5"
    `);
  });
});

describe('what a handler answers', () => {
  test('fails the operation if it is larger than any payload may be', () => {
    const world = withOperation();
    answerStart(world, { kind: 'completed', result: { data: new Uint8Array(3_000_000) } });
    expect(lastLines(world, 2).join()).toContain('NexusOperationFailed');
  });

  test('fails the operation if its token is longer than allowed', () => {
    const world = withOperation();
    answerStart(world, { kind: 'started', operationToken: 'x'.repeat(4097) });
    expect(lastLines(world, 2).join()).toContain('NexusOperationFailed');
  });
});

describe('a reset', () => {
  /** Event 5 schedules, 6 says it started, 7 to 9 are a workflow task, then the operation ends. */
  function ended(): World {
    const world = withOperation();
    answerStart(world, STARTED);
    world.step();
    end(world);
    return world;
  }
  const names = (world: World) => world.transcript().trimEnd().split('\n').slice(-4).join('\n');

  test('takes along what became of an operation', () => {
    const world = ended();
    world.reset(9);
    expect(names(world)).toContain('NexusOperationCompleted');
    expect(operation(world)).toBeUndefined();
  });

  test('leaves it out where that is asked for: the handler has the operation still', () => {
    const world = ended();
    world.reset(9, { reappliesNexus: false });
    expect(names(world)).not.toContain('NexusOperationCompleted');
    expect(operation(world)).toMatchObject({ phase: 'started', operationToken: 'token' });
  });

  test('asks again for an operation that had not started then, under the same request id', () => {
    const world = withOperation();
    world.signal('wake');
    world.step();
    const requestId = operation(world)?.attributes.requestId;
    world.reset(8);
    expect(owed(world)).toEqual([{ kind: 'nexusStart', scheduledEventId: SCHEDULED, tries: 0 }]);
    expect(operation(world)?.attributes.requestId).toBe(requestId);
  });
});
