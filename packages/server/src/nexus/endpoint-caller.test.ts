import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { enums, services as api, type common, type nexus, type workflowservice } from '@perdure/protocol';
import { describe, expect, onTestFinished, test } from 'vitest';
import { json, Served } from '../service/testing/served.js';
import { EndpointCaller } from './endpoint-caller.js';
import type { NexusCancelCall, NexusStartCall } from './nexus-caller.js';

const { methods } = api.WorkflowService;
const LINK: common.ILink = {
  workflowEvent: {
    namespace: 'default',
    workflowId: 'caller',
    runId: 'run',
    eventRef: { eventId: 5, eventType: enums.EventType.EVENT_TYPE_NEXUS_OPERATION_SCHEDULED },
  },
};
const START: NexusStartCall = {
  endpoint: 'billing',
  callerNamespace: 'default',
  service: 'my/bills',
  operation: 'pay all',
  requestId: 'request',
  input: json({ amount: 1 }),
  headers: { 'x-custom': 'v', 'operation-timeout': '1m', 'content-type': 'not/this' },
  links: [LINK],
  callbackUrl: 'temporal://system',
  callbackHeaders: { 'nexus-callback-token': 'token' },
  timeoutMs: 5_000,
};
const CANCEL: NexusCancelCall = {
  endpoint: 'billing',
  callerNamespace: 'default',
  service: 'bills',
  operation: 'pay',
  operationToken: 'operation',
  headers: {},
  timeoutMs: 5_000,
};
const { signal } = new AbortController();

interface Called {
  readonly served: Served;
  readonly caller: EndpointCaller;
}

/** A server with an endpoint `billing` that leads there, and who calls it. */
async function harness(target: nexus.IEndpointTarget, callbackUrl?: string): Promise<Called> {
  const served = await Served.start();
  const { nexusEndpoints: endpoints, nexusTasks: tasks, namespaces } = served.services;
  const ports = { endpoints, tasks, namespaces, payloadSizeBytes: 1000, callbackUrl: () => callbackUrl };
  await served.call(api.OperatorService.methods.CreateNexusEndpoint, { spec: { name: 'billing', target } });
  return { served, caller: new EndpointCaller(ports) };
}

describe('an endpoint of workers', () => {
  const target = { worker: { namespace: 'default', taskQueue: 'bills' } };

  async function work(
    { served }: Called,
    answer: nexus.IResponse | workflowservice.IRespondNexusTaskFailedRequest,
  ): Promise<nexus.Request | undefined> {
    const namespace = 'default';
    const poll = { namespace, taskQueue: { name: 'bills' }, identity: 'worker' };
    const { taskToken, request } = await served.call(methods.PollNexusTaskQueue, poll, 10_000);
    if ('failure' in answer) await served.call(methods.RespondNexusTaskFailed, { namespace, taskToken, ...answer });
    else await served.call(methods.RespondNexusTaskCompleted, { namespace, taskToken, response: answer });
    return request;
  }

  test('gets the call as it is made', async () => {
    const called = await harness(target);
    const startOperation = { asyncSuccess: { operationToken: 'operation', links: [{ url: 'x:y', type: 'other' }] } };
    const [answer, request] = await Promise.all([called.caller.start(START, signal), work(called, { startOperation })]);
    expect(answer).toEqual({ kind: 'started', operationToken: 'operation', links: [] });
    expect(request).toMatchObject({
      endpoint: 'billing',
      capabilities: { temporalFailureResponses: true },
      header: { 'x-custom': 'v', 'request-timeout': expect.stringMatching(/^\d+ms$/) as string },
      startOperation: {
        service: 'my/bills',
        operation: 'pay all',
        requestId: 'request',
        callback: 'temporal://system',
        callbackHeader: { 'nexus-callback-token': 'token' },
        payload: json({ amount: 1 }),
        links: [{ type: 'temporal.api.common.v1.Link.WorkflowEvent' }],
      },
    });
  });

  test('answers with a result and links', async () => {
    const called = await harness(target);
    const links = [
      {
        url: 'temporal:///namespaces/default/workflows/w/r/history?referenceType=EventReference&eventID=1&eventType=WorkflowExecutionStarted',
        type: 'temporal.api.common.v1.Link.WorkflowEvent',
      },
    ];
    const startOperation = { syncSuccess: { payload: json('paid'), links } };
    const [answer] = await Promise.all([called.caller.start(START, signal), work(called, { startOperation })]);
    expect(answer).toMatchObject({
      kind: 'completed',
      result: json('paid'),
      links: [{ workflowEvent: { workflowId: 'w', eventRef: { eventId: 1 } } }],
    });
  });

  test('answers that the operation failed, or that the handler could not deal with it', async () => {
    const called = await harness(target);
    const failure = { message: 'no', applicationFailureInfo: { type: 'T' } };
    const unsuccessful = called.caller.start(START, signal);
    await work(called, { startOperation: { failure } });
    expect(await unsuccessful).toMatchObject({ kind: 'unsuccessful', state: 'failed', failure });
    const broken = called.caller.start(START, signal);
    await work(called, { failure: { message: 'no', nexusHandlerFailureInfo: { type: 'CONFLICT' } } });
    expect(await broken).toMatchObject({ kind: 'handlerError', errorType: 'CONFLICT', retryable: false });
  });

  test('is asked to cancel', async () => {
    const called = await harness(target);
    const [answer, request] = await Promise.all([
      called.caller.cancel(CANCEL, signal),
      work(called, { cancelOperation: {} }),
    ]);
    expect(answer).toEqual({ kind: 'acknowledged' });
    expect(request?.cancelOperation).toMatchObject({ service: 'bills', operation: 'pay', operationToken: 'operation' });
  });

  test('where nobody works is worth another try', async () => {
    const { caller } = await harness(target);
    const call = { ...START, timeoutMs: 20 };
    expect(await caller.start(call, signal)).toMatchObject({
      kind: 'handlerError',
      errorType: 'UPSTREAM_TIMEOUT',
      retryable: true,
    });
  });

  test('is found by its id whatever its name has become, and not by a name that has become another', async () => {
    const called = await harness(target);
    const id = called.caller.resolveEndpoint('billing')?.id ?? '';
    const spec = { name: 'invoicing', target };
    await called.served.call(api.OperatorService.methods.UpdateNexusEndpoint, { id, version: 1, spec });
    const renamed = called.caller.cancel({ ...CANCEL, endpointId: id }, signal);
    expect((await work(called, { cancelOperation: {} }))?.endpoint).toBe('invoicing');
    expect(await renamed).toEqual({ kind: 'acknowledged' });
    const gone = { kind: 'handlerError', errorType: 'NOT_FOUND', retryable: false };
    expect(await called.caller.cancel(CANCEL, signal)).toMatchObject(gone);
    expect(called.caller.resolveEndpoint('billing')).toBeUndefined();
    await called.served.call(api.OperatorService.methods.DeleteNexusEndpoint, { id, version: 2 });
    expect(await called.caller.cancel({ ...CANCEL, endpointId: id }, signal)).toMatchObject(gone);
  });
});

describe('an endpoint outside', () => {
  interface Outside {
    readonly url: string;
    readonly requests: { readonly url: string; readonly headers: IncomingMessage['headers']; readonly body: string }[];
  }

  async function outside(
    answer: (response: ServerResponse) => void = (response) => void response.writeHead(200).end(),
  ): Promise<Outside> {
    const requests: Outside['requests'] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        requests.push({ url: `${request.method} ${request.url}`, headers: request.headers, body });
        answer(response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/base/?key=k`, requests };
  }

  async function calling(
    answer?: (response: ServerResponse) => void,
    callbackUrl: string | undefined = 'https://perdure.example.com/nexus/callback',
  ) {
    const there = await outside(answer);
    return { ...there, ...(await harness({ external: { url: there.url } }, callbackUrl)) };
  }

  const answering =
    (status: number, body: unknown = undefined, headers: Record<string, string> = {}) =>
    (response: ServerResponse) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(body === undefined ? '' : JSON.stringify(body));
    };

  test('gets the call over HTTP', async () => {
    const { caller, requests } = await calling();
    await caller.start(START, signal);
    const [request] = requests;
    expect(request?.url).toBe(
      'POST /base/my%2Fbills/pay%20all?key=k&callback=https%3A%2F%2Fperdure.example.com%2Fnexus%2Fcallback',
    );
    expect(request?.body).toBe('{"amount":1}');
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'nexus-request-id': 'request',
      'nexus-callback-token': 'token',
      'nexus-link': expect.stringContaining('<temporal:///namespaces/default/workflows/caller/run/') as string,
      'operation-timeout': '1m',
      'request-timeout': '5000ms',
      'x-custom': 'v',
    });
  });

  test('completes with whatever its body is', async () => {
    const { caller } = await calling(answering(200, { paid: true }, { 'nexus-link': '<x:y>; type="other"' }));
    const answer = await caller.start(START, signal);
    expect(answer).toMatchObject({ kind: 'completed', links: [] });
    const { result } = answer as { readonly result: common.IPayload };
    expect(Buffer.from(result.data!).toString()).toBe('{"paid":true}');
  });

  test.each([
    { token: 'operation', state: 'running' },
    { id: 'operation', state: 'running' },
  ])('goes on as %j', async (info) => {
    const { caller } = await calling(answering(201, info));
    expect(await caller.start(START, signal)).toMatchObject({ kind: 'started', operationToken: 'operation' });
  });

  test('whose end nobody would hear of is not waited for', async () => {
    const there = await outside(answering(201, { token: 'operation', state: 'running' }));
    const { caller } = await harness({ external: { url: there.url } });
    expect(await caller.start(START, signal)).toMatchObject({
      kind: 'handlerError',
      errorType: 'NOT_IMPLEMENTED',
      retryable: false,
    });
    expect(there.requests[0]?.url).not.toContain('callback');
    expect(there.requests[0]?.headers['nexus-callback-token']).toBeUndefined();
  });

  test.each<[string, (response: ServerResponse) => void, object]>([
    [
      'by its header',
      answering(424, { message: 'no' }, { 'nexus-operation-state': 'canceled' }),
      { state: 'canceled', failure: { message: 'no', canceledFailureInfo: {} } },
    ],
    [
      'by its body',
      answering(424, {
        message: 'operation error',
        metadata: { type: 'nexus.OperationError' },
        details: { state: 'failed' },
        cause: {
          message: 'no',
          metadata: { type: 'temporal.api.failure.v1.Failure' },
          details: { applicationFailureInfo: { type: 'T' } },
        },
      }),
      { state: 'failed', failure: { message: 'no', applicationFailureInfo: { type: 'T' } } },
    ],
  ])('fails or is canceled %s', async (_, answer, expected) => {
    const { caller } = await calling(answer);
    expect(await caller.start(START, signal)).toMatchObject({ kind: 'unsuccessful', ...expected });
  });

  test.each<[string, (response: ServerResponse) => void, object]>([
    ['by its status', answering(409), { errorType: 'CONFLICT', retryable: false }],
    [
      'by its status and header',
      answering(409, undefined, { 'nexus-request-retryable': 'true' }),
      { errorType: 'CONFLICT', retryable: true },
    ],
    [
      'by its body, before its status',
      answering(500, {
        message: 'no',
        metadata: { type: 'nexus.HandlerError' },
        details: { type: 'NOT_FOUND', retryableOverride: true },
      }),
      { errorType: 'NOT_FOUND', retryable: true, failure: { message: 'no' } },
    ],
    [
      'with what it threw as the cause',
      answering(503, { message: 'down' }),
      { errorType: 'UNAVAILABLE', retryable: true, failure: { message: 'down', cause: { message: 'down' } } },
    ],
    ['by a status that Nexus does not know', answering(418), { errorType: 'BAD_REQUEST', retryable: false }],
    ['by sending elsewhere', answering(307, undefined, { location: '/other' }), { errorType: 'BAD_REQUEST' }],
  ])('refuses %s', async (_, answer, expected) => {
    const { caller } = await calling(answer);
    expect(await caller.start(START, signal)).toMatchObject({ kind: 'handlerError', ...expected });
  });

  test.each<[string, (response: ServerResponse) => void, RegExp]>([
    ['a started operation without a token', answering(201, { state: 'running' }), /without a token/],
    ['an unsuccessful operation without a state', answering(424, { message: 'no' }), /has the state ""/],
    ['a status of a gateway', answering(502), /answered with status 502/],
    ['a body without an end', (response) => void response.end('x'.repeat(100_000)), /answer is larger than/],
    ['a connection that breaks', (response) => void response.destroy(), /could not be asked/],
  ])('that answers with %s has given no answer', async (_, answer, message) => {
    const { caller } = await calling(answer);
    await expect(caller.start(START, signal)).rejects.toThrow(message);
  });

  test('that is silent has given no answer, nor has one that is no longer waited for', async () => {
    const { caller } = await calling(() => undefined);
    await expect(caller.start({ ...START, timeoutMs: 30 }, signal)).rejects.toThrow('did not answer within 30 ms');
    const abort = new AbortController();
    const given = caller.start(START, abort.signal);
    abort.abort(new Error('stopping'));
    await expect(given).rejects.toThrow('could not be asked');
  });

  test('is not called with headers that HTTP does not carry', async () => {
    const { caller, requests } = await calling();
    expect(await caller.start({ ...START, headers: { 'x-bad': 'a\nb' } }, signal)).toMatchObject({
      kind: 'handlerError',
      errorType: 'BAD_REQUEST',
      retryable: false,
    });
    expect(requests).toEqual([]);
  });

  test('is asked to cancel', async () => {
    const { caller, requests } = await calling(answering(202));
    expect(await caller.cancel(CANCEL, signal)).toEqual({ kind: 'acknowledged' });
    expect(requests[0]).toMatchObject({
      url: 'POST /base/bills/pay/cancel?key=k',
      headers: { 'nexus-operation-token': 'operation', 'content-length': '0' },
    });
  });

  test('may refuse to cancel', async () => {
    const { caller } = await calling(answering(404, { message: 'no such operation' }));
    expect(await caller.cancel(CANCEL, signal)).toMatchObject({ kind: 'handlerError', errorType: 'NOT_FOUND' });
  });
});
