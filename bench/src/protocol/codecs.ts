/**
 * Measures our codecs against protobufjs (the reflection-based codecs that `@temporalio/proto` ships) on messages of
 * the hot path. Run it after a build: `node bench/dist/protocol/codecs.js`.
 */
import { createRequire } from 'node:module';
import { command, enums, history, msToDuration, msToTimestamp, workflowservice } from '@perdure/protocol';
import type { AnyCodec } from '@perdure/protocol';

interface ReflectedType {
  create(message: object): object;
  encode(message: object): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
}

interface ReflectedRoot {
  lookupType(name: string): ReflectedType;
}

const require = createRequire(import.meta.url);
const root = require('@temporalio/proto/protos/json-module.js') as ReflectedRoot;
const utf8 = new TextEncoder();

const payload = {
  metadata: { encoding: utf8.encode('json/plain') },
  data: utf8.encode(JSON.stringify({ orderId: 'order-1234567', items: ['pizza', 'soda'], totalCents: 2_350 })),
};
const now = msToTimestamp(1_760_000_000_123.456);

const activityScheduled = {
  eventId: 5,
  eventTime: now,
  eventType: enums.EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
  taskId: 1_048_650,
  activityTaskScheduledEventAttributes: {
    activityId: '1',
    activityType: { name: 'chargeCustomer' },
    taskQueue: { name: 'durable-delivery', kind: enums.TaskQueueKind.TASK_QUEUE_KIND_NORMAL },
    header: { fields: {} },
    input: { payloads: [payload] },
    scheduleToCloseTimeout: msToDuration(0),
    startToCloseTimeout: msToDuration(60_000),
    heartbeatTimeout: msToDuration(0),
    workflowTaskCompletedEventId: 4,
    retryPolicy: {
      initialInterval: msToDuration(1_000),
      backoffCoefficient: 2,
      maximumInterval: msToDuration(100_000),
    },
    useWorkflowBuildId: true,
  },
};

const workflowStarted = {
  eventId: 1,
  eventTime: now,
  eventType: enums.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
  taskId: 1_048_587,
  workflowExecutionStartedEventAttributes: {
    workflowType: { name: 'order' },
    taskQueue: { name: 'durable-delivery', kind: enums.TaskQueueKind.TASK_QUEUE_KIND_NORMAL },
    input: { payloads: [payload, payload] },
    workflowTaskTimeout: msToDuration(10_000),
    originalExecutionRunId: '0198f5e2-5f0b-7cc1-9a2b-0123456789ab',
    identity: '12345@some-host',
    firstExecutionRunId: '0198f5e2-5f0b-7cc1-9a2b-0123456789ab',
    attempt: 1,
    firstWorkflowTaskBackoff: msToDuration(0),
    workflowId: 'order-1234567',
  },
};

const startRequest = {
  namespace: 'default',
  workflowId: 'order-1234567',
  workflowType: { name: 'order' },
  taskQueue: { name: 'durable-delivery' },
  input: { payloads: [payload, payload] },
  workflowTaskTimeout: msToDuration(10_000),
  identity: '12345@some-host',
  requestId: '0198f5e2-5f0b-7cc1-9a2b-0123456789ab',
  memo: { fields: { note: payload } },
  header: { fields: {} },
};

const workflowTaskCompleted = {
  taskToken: new Uint8Array(96).fill(7),
  commands: [
    {
      commandType: enums.CommandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK,
      scheduleActivityTaskCommandAttributes: activityScheduled.activityTaskScheduledEventAttributes,
    },
  ],
  identity: '12345@some-host',
  stickyAttributes: {
    workerTaskQueue: { name: '12345@some-host-0198f5e25f0b', normalName: 'durable-delivery' },
    scheduleToStartTimeout: msToDuration(10_000),
  },
  namespace: 'default',
  sdkMetadata: { langUsedFlags: [1, 2] },
  meteringMetadata: {},
};

const longHistory = {
  events: Array.from({ length: 1_000 }, (_, index) => (index % 3 === 0 ? workflowStarted : activityScheduled)),
};

const CASES: ReadonlyArray<readonly [name: string, codec: AnyCodec, message: object]> = [
  ['StartWorkflowExecutionRequest', workflowservice.StartWorkflowExecutionRequest, startRequest],
  ['RespondWorkflowTaskCompletedRequest', workflowservice.RespondWorkflowTaskCompletedRequest, workflowTaskCompleted],
  ['HistoryEvent (activity scheduled)', history.HistoryEvent, activityScheduled],
  ['History of 1,000 events', history.History, longHistory],
  ['Command (schedule activity)', command.Command, workflowTaskCompleted.commands[0] ?? {}],
];

/** Microseconds a call takes: the best of several rounds, since whatever disturbs a round only makes it slower. */
function measureUs(call: () => void): number {
  let calls = 1;
  while (timeMs(call, calls) < 20) calls *= 2;
  let best = Infinity;
  for (let round = 0; round < 12; round++) best = Math.min(best, timeMs(call, calls));
  return (best * 1_000) / calls;
}

function timeMs(call: () => void, calls: number): number {
  const startedAt = performance.now();
  for (let index = 0; index < calls; index++) call();
  return performance.now() - startedAt;
}

console.log('| message | bytes | encode us | protobufjs | times | decode us | protobufjs | times |');
console.log('|---|---|---|---|---|---|---|---|');
for (const [name, codec, message] of CASES) {
  const theirs = root.lookupType(codec.typeName);
  const bytes = codec.encode(message);
  const created = theirs.create(message);
  const ourEncodeUs = measureUs(() => codec.encode(message));
  const theirEncodeUs = measureUs(() => theirs.encode(created).finish());
  const ourDecodeUs = measureUs(() => codec.decode(bytes));
  const theirDecodeUs = measureUs(() => theirs.decode(bytes));
  const cells = [
    name,
    String(bytes.length),
    ourEncodeUs.toFixed(2),
    theirEncodeUs.toFixed(2),
    (theirEncodeUs / ourEncodeUs).toFixed(1),
    ourDecodeUs.toFixed(2),
    theirDecodeUs.toFixed(2),
    (theirDecodeUs / ourDecodeUs).toFixed(1),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
