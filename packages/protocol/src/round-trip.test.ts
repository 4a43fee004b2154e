import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  batch,
  command,
  common,
  deployment,
  errordetails,
  failure,
  google,
  health,
  history,
  namespaceApi,
  nexus,
  operatorservice,
  protocol,
  query,
  rpc,
  schedule,
  sdk,
  taskqueue,
  update,
  worker,
  workflow,
  workflowservice,
} from '@perdure/protocol';
import type { AnyCodec } from '@perdure/protocol';
import { fromJson, toJson } from '@perdure/protocol/json';
import { arbitraryField, arbitraryMessage } from './testing/arbitrary-messages.js';
import { reflectedType } from './testing/reflected.js';

const CODECS: readonly AnyCodec[] = [
  common.Payload,
  common.Payloads,
  common.RetryPolicy,
  common.Link,
  common.Callback,
  failure.Failure,
  command.Command,
  history.History,
  protocol.Message,
  query.WorkflowQuery,
  update.Request,
  update.Response,
  update.Outcome,
  sdk.UserMetadata,
  sdk.WorkflowTaskCompletedMetadata,
  schedule.Schedule,
  schedule.ScheduleInfo,
  taskqueue.TaskQueueStatus,
  workflow.WorkflowExecutionInfo,
  workflow.ResetPoints,
  namespaceApi.NamespaceInfo,
  nexus.Response,
  deployment.WorkerDeploymentInfo,
  worker.WorkerHeartbeat,
  batch.BatchOperationInfo,
  errordetails.MultiOperationExecutionFailure,
  rpc.Status,
  google.Any,
  google.Duration,
  google.Timestamp,
  health.HealthCheckResponse,
  operatorservice.AddSearchAttributesRequest,
  workflowservice.StartWorkflowExecutionRequest,
  workflowservice.PollWorkflowTaskQueueResponse,
  workflowservice.RespondWorkflowTaskCompletedRequest,
  workflowservice.RespondWorkflowTaskCompletedResponse,
  workflowservice.PollActivityTaskQueueResponse,
  workflowservice.ExecuteMultiOperationRequest,
  workflowservice.DescribeWorkflowExecutionResponse,
  workflowservice.GetWorkflowExecutionHistoryResponse,
  workflowservice.ListWorkflowExecutionsResponse,
  workflowservice.GetSystemInfoResponse,
  workflowservice.GetClusterInfoResponse,
];

const COMPARABLE = { longs: String, bytes: String, defaults: true };

/** Any's content is arbitrary bytes here, which has no JSON; neither does a name of an enum alias round-trip as a number. */
const JSON_CODECS = CODECS.filter((codec) => !usesAny(codec));

function usesAny(codec: AnyCodec): boolean {
  return ([protocol.Message, rpc.Status, google.Any, errordetails.MultiOperationExecutionFailure] as AnyCodec[])
    .concat([workflowservice.PollWorkflowTaskQueueResponse, workflowservice.RespondWorkflowTaskCompletedRequest])
    .concat([workflowservice.RespondWorkflowTaskCompletedResponse])
    .includes(codec);
}

function expectAgreement(codec: AnyCodec, message: object): void {
  const theirs = reflectedType(codec.typeName);
  const ourBytes = codec.encode(withOurNames(message) as object).slice();
  const theirBytes = theirs.encode(theirs.create(message)).finish();
  const readByThem = theirs.toObject(theirs.decode(ourBytes), COMPARABLE);
  expect(readByThem).toEqual(theirs.toObject(theirs.decode(theirBytes), COMPARABLE));
  const readByUs = codec.decode(theirBytes);
  expect(readByUs).toEqual(codec.decode(ourBytes));
  expect(Buffer.compare(codec.encode(readByUs), ourBytes)).toBe(0);
}

/** protobufjs keeps the proto file's name of this one field, and of no other. */
function withOurNames(value: unknown): unknown {
  return mapFields(value, withOurNames, (name) => (name === 'type_url' ? 'typeUrl' : name));
}

function mapFields(value: unknown, map: (item: unknown) => unknown, rename = (name: string): string => name): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(map);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [rename(name), map(item)]));
}

describe('codecs and protobufjs', () => {
  it.each(CODECS.map((codec) => [codec.typeName, codec] as const))('agree on %s', (typeName, codec) => {
    const messages = arbitraryMessage(reflectedType(typeName));
    fc.assert(
      fc.property(messages, (message) => expectAgreement(codec, message)),
      { numRuns: 40 },
    );
  });

  const attributes = reflectedType(history.HistoryEvent.typeName).fieldsArray.filter(
    (field) => field.partOf?.name === 'attributes',
  );
  it.each(attributes.map((field) => [field.name, field] as const))('agree on events with %s', (name, field) => {
    const events = fc
      .tuple(fc.maxSafeNat(), arbitraryField(field, 1))
      .map(([eventId, value]) => ({ eventId, [name]: value }));
    fc.assert(
      fc.property(events, (event) => expectAgreement(history.HistoryEvent, event)),
      { numRuns: 10 },
    );
  });

  it('cover every kind of event attributes', () => {
    expect(attributes.length).toBeGreaterThan(50);
  });
});

describe('the JSON mapping', () => {
  it.each(JSON_CODECS.map((codec) => [codec.typeName, codec] as const))('loses nothing of %s', (typeName, codec) => {
    fc.assert(
      fc.property(arbitraryMessage(reflectedType(typeName)), (message) => {
        const decoded = codec.decode(codec.encode(normalTimes(withOurNames(message)) as object).slice());
        const json: unknown = JSON.parse(JSON.stringify(toJson(codec, decoded)));
        expect(fromJson(codec, json)).toEqual(decoded);
      }),
      { numRuns: 15 },
    );
  });
});

/** Brings whatever looks like a Duration or Timestamp into the range that has a JSON form for both. */
function normalTimes(value: unknown): unknown {
  const isTime = typeof value === 'object' && value !== null && ('seconds' in value || 'nanos' in value);
  if (!isTime) return mapFields(value, normalTimes);
  const { seconds = 0, nanos = 0 } = value as { seconds?: number; nanos?: number };
  return { seconds: Math.abs(seconds) % 250_000_000_000, nanos: Math.abs(nanos) % 1_000_000_000 };
}
