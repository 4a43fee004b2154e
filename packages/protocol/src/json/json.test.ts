import { describe, expect, it } from 'vitest';
import {
  EncodedMessage,
  common,
  enums,
  errordetails,
  google,
  history,
  msToDuration,
  msToTimestamp,
  packAny,
  rpc,
  taskqueue,
  workflow,
  workflowservice,
} from '@perdure/protocol';
import { JsonFormatError, codecOfType, fromJson, toJson } from '@perdure/protocol/json';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('a message as JSON', () => {
  it('follows the proto3 mapping', () => {
    const event: history.IHistoryEvent = {
      eventId: 5,
      eventTime: msToTimestamp(1_700_000_000_123.5),
      eventType: enums.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
      workflowExecutionStartedEventAttributes: {
        workflowType: { name: 'order' },
        input: { payloads: [{ metadata: { encoding: bytes(0xff, 0xfe) }, data: bytes() }] },
        workflowRunTimeout: msToDuration(-1_500),
        firstWorkflowTaskBackoff: msToDuration(0),
        attempt: 1,
      },
    };
    const json = {
      eventId: '5',
      eventTime: '2023-11-14T22:13:20.123500Z',
      eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_STARTED',
      workflowExecutionStartedEventAttributes: {
        workflowType: { name: 'order' },
        input: { payloads: [{ metadata: { encoding: '//4=' } }] },
        workflowRunTimeout: '-1.500s',
        firstWorkflowTaskBackoff: '0s',
        attempt: 1,
      },
    };
    expect(toJson(history.HistoryEvent, event)).toEqual(json);
    expect(fromJson(history.HistoryEvent, json)).toEqual(
      history.HistoryEvent.decode(history.HistoryEvent.encode(event)),
    );
  });

  it('shows an enum value without a name as its number', () => {
    expect(toJson(history.HistoryEvent, { eventType: 999 as enums.EventType })).toEqual({ eventType: 999 });
    expect(fromJson(history.HistoryEvent, { eventType: 999 }).eventType).toBe(999);
  });

  it('wraps known types in Any with their type', () => {
    const status = { code: 5, details: [packAny(errordetails.NamespaceNotFoundFailure, { namespace: 'orders' })] };
    const typeUrl = 'type.googleapis.com/temporal.api.errordetails.v1.NamespaceNotFoundFailure';
    const json = { code: 5, details: [{ '@type': typeUrl, namespace: 'orders' }] };
    expect(toJson(rpc.Status, status)).toEqual(json);
    expect(fromJson(rpc.Status, json).details).toEqual(status.details);
    const wrapped = { '@type': 'type.googleapis.com/google.protobuf.Duration', value: '3s' };
    expect(toJson(google.Any, packAny(google.Duration, { seconds: 3 }))).toEqual(wrapped);
    expect(fromJson(google.Any, wrapped)).toEqual(packAny(google.Duration, { seconds: 3 }));
    expect(toJson(google.Any, fromJson(google.Any, {}))).toEqual({});
  });

  it('writes field masks as one text', () => {
    const mask = { paths: ['task_queue.kind', 'retry_policy'] };
    expect(toJson(google.FieldMask, mask)).toBe('taskQueue.kind,retryPolicy');
    expect(fromJson(google.FieldMask, 'taskQueue.kind,retryPolicy')).toEqual(mask);
  });

  it('keeps 64-bit integers beyond 2^53 exactly when given as text or as halves', () => {
    const halves = { low: -1, high: 0x7fffffff } as unknown as number;
    expect(toJson(history.HistoryEvent, { eventId: halves })).toEqual({ eventId: '9223372036854775807' });
    expect(fromJson(history.HistoryEvent, { eventId: '-42' }).eventId).toBe(-42);
    expect(fromJson(history.HistoryEvent, { eventId: 42 }).eventId).toBe(42);
  });

  it('names the floating-point numbers that JSON lacks', () => {
    const policy = { backoffCoefficient: Infinity };
    expect(toJson(common.RetryPolicy, policy)).toEqual({ backoffCoefficient: 'Infinity' });
    expect(fromJson(common.RetryPolicy, { backoffCoefficient: '-Infinity' }).backoffCoefficient).toBe(-Infinity);
    expect(fromJson(common.RetryPolicy, { backoffCoefficient: '1.5' }).backoffCoefficient).toBe(1.5);
  });

  it('decodes what is already encoded', () => {
    const encoded = new EncodedMessage(common.WorkflowType.encode({ name: 'order' }));
    expect(toJson(workflowservice.StartWorkflowExecutionRequest, { workflowType: encoded })).toEqual({
      workflowType: { name: 'order' },
    });
  });

  it('takes the names of the proto file, null for absent, URL-safe base64 and time offsets', () => {
    const json = {
      task_queue: { name: 'q' },
      namespace: null,
      input: { payloads: [{ data: '__4' }] },
      workflow_run_timeout: '1.000000001s',
    };
    const request = fromJson(workflowservice.StartWorkflowExecutionRequest, json);
    expect(request.taskQueue?.name).toBe('q');
    expect(request.input?.payloads[0]?.data).toEqual(bytes(0xff, 0xfe));
    expect(request.workflowRunTimeout).toEqual({ seconds: 1, nanos: 1 });
    const info = fromJson(workflow.WorkflowExecutionInfo, { startTime: '2026-01-31T12:00:00.5+02:00' });
    expect(info.startTime).toEqual({ seconds: Date.UTC(2026, 0, 31, 10) / 1_000, nanos: 500_000_000 });
  });

  it.each([
    ['an object', common.Payloads, [], 'expected an object'],
    ['a list', common.Payloads, { payloads: {} }, 'payloads: expected a list'],
    ['base64', common.Payloads, { payloads: [{}, { data: '%' }] }, 'payloads[1].data: expected base64'],
    ['a known field', common.Payloads, { payload: [] }, 'payload: temporal.api.common.v1.Payloads has no such field'],
    ['text', common.WorkflowType, { name: 5 }, 'name: expected text'],
    ['a whole number', common.RetryPolicy, { maximumAttempts: 1.5 }, 'maximumAttempts: expected a whole number'],
    ['a 32-bit number', common.RetryPolicy, { maximumAttempts: 2 ** 31 }, 'maximumAttempts: expected a whole number'],
    ['an enum name', taskqueue.TaskQueue, { kind: 'toString' }, 'kind: expected a name or number of'],
    ['a duration', common.RetryPolicy, { maximumInterval: '5 minutes' }, 'maximumInterval: expected a duration'],
    ['a time', workflow.WorkflowExecutionInfo, { startTime: 'yesterday' }, 'startTime: expected a time'],
    ['a known type', google.Any, { '@type': 'x/y.Z' }, 'no message type x/y.Z is known'],
  ])('says where it expected %s', (_, codec, json, message) => {
    expect(() => fromJson(codec as typeof common.Payloads, json)).toThrow(JsonFormatError);
    expect(() => fromJson(codec as typeof common.Payloads, json)).toThrow(message);
  });

  it('skips unknown fields on request', () => {
    expect(fromJson(common.WorkflowType, { name: 'a', later: 1 }, { ignoreUnknownFields: true })).toEqual({
      name: 'a',
    });
  });

  it('refuses JSON nested deeper than 100', () => {
    let json: object = {};
    for (let level = 0; level < 120; level++) json = { cause: json };
    const codec = codecOfType('temporal.api.failure.v1.Failure');
    expect(codec && (() => fromJson(codec, json))).toThrow('nested deeper than 100');
  });
});
