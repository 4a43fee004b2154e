import type { common, failure } from '@perdure/protocol';
import { command, enums, workflowservice, type google } from '@perdure/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commands } from '../testing/commands.js';
import { messages, updateRequest } from '../testing/messages.js';
import { World } from '../testing/world.js';
import { invalidRetryPolicy, invalidTimeout } from '../validate.js';

// Values as they may come off the wire: of the right type, and otherwise anything.
const int32 = fc.oneof(fc.integer({ min: -3, max: 40 }), fc.integer());
const int64 = fc.oneof(
  fc.integer({ min: -2, max: 100 }),
  fc.constantFrom(2 ** 53, 2 ** 62, -(2 ** 62), 253_402_300_800, 315_576_000_000),
);
const double = fc.oneof(fc.double(), fc.constantFrom(0, 0.5, 2, NaN, Infinity));
const text = fc.oneof(
  fc.constantFrom('', 'a', 'queue', '/_sys/x', '@every 1s', '* * * * *', 'TZ=Nope * * * * *', '__proto__'),
  fc.string(),
);
const duration: fc.Arbitrary<google.IDuration> = fc.record({ seconds: int64, nanos: int32 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const payload = fc.record({ metadata: maybe(fc.dictionary(text, fc.uint8Array())), data: maybe(fc.uint8Array()) });
const payloads = fc.record({ payloads: fc.array(payload, { maxLength: 2 }) });
const fields = fc.dictionary(text, payload, { maxKeys: 3 });
const retryPolicy: fc.Arbitrary<common.IRetryPolicy> = fc.record({
  initialInterval: maybe(duration),
  backoffCoefficient: double,
  maximumInterval: maybe(duration),
  maximumAttempts: int32,
  nonRetryableErrorTypes: fc.array(text, { maxLength: 2 }),
});
const reason: fc.Arbitrary<failure.IFailure> = fc.record({
  message: text,
  applicationFailureInfo: maybe(fc.record({ type: text, nonRetryable: fc.boolean(), nextRetryDelay: maybe(duration) })),
});

const attributes = {
  scheduleActivityTaskCommandAttributes: fc.record({
    activityId: text,
    activityType: maybe(fc.record({ name: text })),
    taskQueue: maybe(fc.record({ name: text })),
    scheduleToCloseTimeout: maybe(duration),
    scheduleToStartTimeout: maybe(duration),
    startToCloseTimeout: maybe(duration),
    heartbeatTimeout: maybe(duration),
    retryPolicy: maybe(retryPolicy),
    input: maybe(payloads),
    requestEagerExecution: fc.boolean(),
  }),
  startTimerCommandAttributes: fc.record({ timerId: text, startToFireTimeout: maybe(duration) }),
  cancelTimerCommandAttributes: fc.record({ timerId: text }),
  requestCancelActivityTaskCommandAttributes: fc.record({ scheduledEventId: int64 }),
  failWorkflowExecutionCommandAttributes: fc.record({ failure: maybe(reason) }),
  continueAsNewWorkflowExecutionCommandAttributes: fc.record({
    workflowType: maybe(fc.record({ name: text })),
    taskQueue: maybe(fc.record({ name: text })),
    workflowRunTimeout: maybe(duration),
    workflowTaskTimeout: maybe(duration),
    backoffStartInterval: maybe(duration),
    retryPolicy: maybe(retryPolicy),
    cronSchedule: text,
    memo: maybe(fc.record({ fields })),
    initiator: int32,
  }),
  startChildWorkflowExecutionCommandAttributes: fc.record({
    workflowId: text,
    workflowType: maybe(fc.record({ name: text })),
    namespace: text,
    workflowExecutionTimeout: maybe(duration),
    workflowRunTimeout: maybe(duration),
    workflowTaskTimeout: maybe(duration),
    parentClosePolicy: int32,
    workflowIdReusePolicy: int32,
    retryPolicy: maybe(retryPolicy),
    cronSchedule: text,
  }),
  signalExternalWorkflowExecutionCommandAttributes: fc.record({
    execution: maybe(fc.record({ workflowId: text, runId: text })),
    signalName: text,
  }),
  scheduleNexusOperationCommandAttributes: fc.record({
    endpoint: text,
    service: text,
    operation: text,
    input: maybe(payload),
    scheduleToCloseTimeout: maybe(duration),
    scheduleToStartTimeout: maybe(duration),
    startToCloseTimeout: maybe(duration),
    nexusHeader: fc.dictionary(text, text, { maxKeys: 3 }),
  }),
  requestCancelNexusOperationCommandAttributes: fc.record({ scheduledEventId: int64 }),
  recordMarkerCommandAttributes: fc.record({
    markerName: text,
    details: fc.dictionary(text, payloads, { maxKeys: 2 }),
  }),
  upsertWorkflowSearchAttributesCommandAttributes: fc.record({
    searchAttributes: maybe(fc.record({ indexedFields: fields })),
  }),
  modifyWorkflowPropertiesCommandAttributes: fc.record({ upsertedMemo: maybe(fc.record({ fields })) }),
  protocolMessageCommandAttributes: fc.record({ messageId: text }),
};

/** The type need not fit the attributes. */
const garbageCommand = fc
  .tuple(fc.constantFrom(...Object.values(enums.CommandType), 99), fc.record(attributes, { requiredKeys: [] }))
  .map(([commandType, members]) =>
    command.Command.decode(
      command.Command.encode({ commandType: commandType as enums.CommandType, ...(members as object) }),
    ),
  );

const fittingCommand = fc.oneof(
  ...Object.entries(attributes).map(([member, value]) => {
    const name = member
      .replace('CommandAttributes', '')
      .replace(/([A-Z])/g, '_$1')
      .toUpperCase();
    const commandType = enums.CommandType[`COMMAND_TYPE_${name}` as keyof typeof enums.CommandType];
    return (value as fc.Arbitrary<object>).map((each) =>
      command.Command.decode(command.Command.encode({ commandType, [member]: each })),
    );
  }),
);

const startRequest = fc
  .record({
    workflowId: text,
    workflowExecutionTimeout: maybe(duration),
    workflowRunTimeout: maybe(duration),
    workflowTaskTimeout: maybe(duration),
    workflowStartDelay: maybe(duration),
    retryPolicy: maybe(retryPolicy),
    workflowIdReusePolicy: int32,
    workflowIdConflictPolicy: int32,
    memo: maybe(fc.record({ fields })),
  })
  .map((request) =>
    workflowservice.StartWorkflowExecutionRequest.decode(
      workflowservice.StartWorkflowExecutionRequest.encode(request as object),
    ),
  );

/** What the shell checks before it asks the engine. */
function isValid(request: workflowservice.StartWorkflowExecutionRequest): boolean {
  const timeouts = [
    request.workflowExecutionTimeout,
    request.workflowRunTimeout,
    request.workflowTaskTimeout,
    request.workflowStartDelay,
  ];
  return (
    timeouts.every((timeout) => invalidTimeout('', timeout) === undefined) &&
    invalidRetryPolicy(request.retryPolicy) === undefined
  );
}

const garbageMessage = fc.record({
  id: text,
  protocolInstanceId: fc.constantFrom('u', 'other', ''),
  body: maybe(
    fc.record({
      typeUrl: fc.constantFrom(
        '',
        'x',
        ...[messages.accept('u'), messages.reject('u'), messages.complete('u')].map(({ body }) => body?.typeUrl ?? ''),
      ),
      value: fc.uint8Array(),
    }),
  ),
});

test('whatever a worker sends is carried out or refused, never thrown at', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.oneof(garbageCommand, fittingCommand), { maxLength: 4 }), { maxLength: 5 }),
      fc.array(garbageMessage, { maxLength: 3 }),
      reason,
      (batches, answers, failed) => {
        const world = new World();
        world.start();
        for (const batch of batches) {
          if (world.run().state.closeEvent !== undefined) break;
          world.update(updateRequest('u'));
          world.take();
          world.complete({ commands: batch, messages: answers });
          for (const { scheduledEventId } of world.run().state.activities.values()) {
            world.startActivity(scheduledEventId);
            world.closeActivity(scheduledEventId, { kind: 'failed', failure: failed, identity: 'worker' });
          }
          world.pass(1_000);
        }
        world.checkHistories();
      },
    ),
    { numRuns: 300, interruptAfterTimeLimit: 10_000 },
  );
});

test('whatever a client asks for at a start, the run lives or is refused', () => {
  fc.assert(
    fc.property(fc.array(startRequest.filter(isValid), { minLength: 1, maxLength: 3 }), (requests) => {
      const world = new World();
      for (const request of requests) {
        world.start({ ...request, workflowId: 'workflow' });
        if (world.runs.size > 0) world.pass(10_000);
      }
      world.checkHistories();
    }),
    { numRuns: 300, interruptAfterTimeLimit: 5_000 },
  );
});

test('a timer of three hundred thousand years waits', () => {
  const world = new World();
  world.start();
  world.step({
    ...commands.timer('t', 0),
    startTimerCommandAttributes: { timerId: 't', startToFireTimeout: { seconds: 2 ** 43, nanos: 0 } },
  });
  world.pass(10_000);
  expect(world.run().state.timers.size).toBe(1);
});
