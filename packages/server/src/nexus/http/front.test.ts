import { enums, services as api, type common, type nexus, type workflowservice } from '@perdure/protocol';
import { describe, expect, test } from 'vitest';
import { json, Served } from '../../service/testing/served.js';

const { methods } = api.WorkflowService;
const {
  NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_RETRYABLE: RETRYABLE,
  NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_NON_RETRYABLE: NON_RETRYABLE,
} = enums.NexusHandlerErrorRetryBehavior;
const FAILURE = 'temporal.api.failure.v1.Failure';

/** What a worker answers a Nexus task with. */
type Answer =
  { readonly completed: nexus.IResponse } | { readonly failed: workflowservice.IRespondNexusTaskFailedRequest };

interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A server with a port for HTTP, an endpoint, and a worker that answers every task with what it is told to. */
class Harness {
  readonly tasks: nexus.Request[] = [];
  answer: Answer = { completed: {} };

  private constructor(
    readonly served: Served,
    readonly endpoint: nexus.Endpoint,
  ) {}

  static async start(): Promise<Harness> {
    const served = await Served.start({ http: { port: 0 } });
    const { endpoint } = await served.call(api.OperatorService.methods.CreateNexusEndpoint, {
      spec: { name: 'billing', target: { worker: { namespace: 'default', taskQueue: 'bills' } } },
    });
    return new Harness(served, endpoint!);
  }

  /** Lets a worker take the next task, and answer it. */
  async work(): Promise<void> {
    const namespace = 'default';
    const poll = { namespace, taskQueue: { name: 'bills' }, identity: 'worker' };
    const { taskToken, request } = await this.served.call(methods.PollNexusTaskQueue, poll, 10_000);
    this.tasks.push(request!);
    const { answer } = this;
    if ('completed' in answer) {
      const response = answer.completed;
      await this.served.call(methods.RespondNexusTaskCompleted, { namespace, taskToken, response });
    } else await this.served.call(methods.RespondNexusTaskFailed, { namespace, taskToken, ...answer.failed });
  }

  async post(path: string, init: RequestInit = {}): Promise<HttpAnswer> {
    const response = await fetch(`http://${this.served.httpAddress}${path}`, { method: 'POST', ...init });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  /** Posts to an operation of the endpoint, while a worker answers. */
  async call(answer: Answer, path = 'bills/pay', init: RequestInit = {}): Promise<HttpAnswer> {
    this.answer = answer;
    const [answered] = await Promise.all([this.post(`${this.endpoint.urlPrefix}/${path}`, init), this.work()]);
    return answered;
  }
}

const started = (startOperation: nexus.IStartOperationResponse): Answer => ({ completed: { startOperation } });
const succeeded = (payload?: common.IPayload): Answer => started({ syncSuccess: { payload: payload ?? null } });
const JSON_HEADERS = { 'content-type': 'application/json' };

describe('the start of an operation', () => {
  test('brings the request to a worker as it came', async () => {
    const harness = await Harness.start();
    await harness.call(succeeded(), 'my%2Fbills/pay%20all?callback=https%3A%2F%2Fexample.com%2Fdone%3Fx', {
      body: '{"amount":1}',
      headers: {
        ...JSON_HEADERS,
        'Nexus-Request-Id': 'request',
        'Nexus-Callback-Token': 'token',
        'Nexus-Callback-X-Trace': 't',
        'Nexus-Link': '<https://example.com/a,b>; type="a.B"',
        'Operation-Timeout': '1m',
        'Request-Timeout': '5s',
        Authorization: 'Bearer secret',
        'X-Custom': 'v',
      },
    });
    const [task] = harness.tasks;
    expect(task).toMatchObject({
      endpoint: 'billing',
      startOperation: {
        service: 'my/bills',
        operation: 'pay all',
        requestId: 'request',
        callback: 'https://example.com/done?x',
        callbackHeader: { token: 'token', 'x-trace': 't' },
        payload: json({ amount: 1 }),
        links: [{ url: 'https://example.com/a,b', type: 'a.B' }],
      },
    });
    const { 'request-timeout': requestTimeout, ...header } = task?.header ?? {};
    expect(header).toMatchObject({ authorization: 'Bearer secret', 'x-custom': 'v', 'operation-timeout': '1m' });
    expect(Object.keys(header).filter((name) => /^(content|nexus-callback|host|connection)/.test(name))).toEqual([]);
    // Less than was asked for: the answer has to be sent, too.
    expect(Number(requestTimeout?.replace('ms', ''))).toBeLessThanOrEqual(4500);
    expect(task?.capabilities?.temporalFailureResponses).toBe(false);
  });

  test('is answered with the result', async () => {
    const harness = await Harness.start();
    const links = [{ url: 'https://example.com/run', type: 'a.B' }];
    const paid = await harness.call(started({ syncSuccess: { payload: json({ paid: true }), links } }));
    expect(paid).toMatchObject({ status: 200, text: '{"paid":true}' });
    expect(Object.fromEntries(paid.headers)).toMatchObject({
      'content-type': 'application/json',
      'nexus-link': '<https://example.com/run>; type="a.B"',
      'nexus-operation-state': 'succeeded',
    });
    const nothing = await harness.call(succeeded());
    expect([nothing.status, nothing.text, nothing.headers.get('content-type')]).toEqual([200, '', null]);
  });

  test('is answered with the token of an operation that goes on', async () => {
    const harness = await Harness.start();
    const answered = await harness.call(started({ asyncSuccess: { operationToken: 'token/1' } }));
    expect(answered.status).toBe(201);
    expect(JSON.parse(answered.text)).toEqual({ token: 'token/1', state: 'running' });
  });

  test('is answered with how the operation failed or was canceled', async () => {
    const harness = await Harness.start();
    const details = Buffer.from('{"d":1}');
    const failed = await harness.call(
      started({
        operationError: { operationState: 'failed', failure: { message: 'no', metadata: { k: 'v' }, details } },
      }),
    );
    expect([failed.status, failed.headers.get('nexus-operation-state')]).toEqual([424, 'failed']);
    expect(failed.headers.get('temporal-nexus-failure-source')).toBe('worker');
    expect(JSON.parse(failed.text)).toEqual({ message: 'no', metadata: { k: 'v' }, details: { d: 1 } });
    const canceled = await harness.call(started({ failure: { message: 'stopped', canceledFailureInfo: {} } }));
    expect([canceled.status, canceled.headers.get('nexus-operation-state')]).toEqual([424, 'canceled']);
    expect(JSON.parse(canceled.text)).toEqual({
      message: 'stopped',
      metadata: { type: FAILURE },
      details: { canceledFailureInfo: {} },
    });
  });

  test('is answered with an error of the handler', async () => {
    const harness = await Harness.start();
    const cause = { message: 'why', applicationFailureInfo: { type: 'T' } };
    const failure = { message: 'no', nexusHandlerFailureInfo: { type: 'NOT_FOUND', retryBehavior: RETRYABLE }, cause };
    const answered = await harness.call({ failed: { failure } });
    expect([answered.status, answered.headers.get('nexus-request-retryable')]).toEqual([404, 'true']);
    expect(JSON.parse(answered.text)).toEqual({
      message: 'why',
      metadata: { type: FAILURE },
      details: { applicationFailureInfo: { type: 'T' } },
    });
    const plain = await harness.call({ failed: { error: { errorType: 'SOMETHING', failure: { message: 'no' } } } });
    expect([plain.status, JSON.parse(plain.text)]).toEqual([500, { message: 'no' }]);
  });

  test('tells callers that understand it what a failure is', async () => {
    const harness = await Harness.start();
    const headers = { 'Temporal-Nexus-Failure-Support': 'true' };
    const failed = await harness.call(started({ failure: { message: 'no', applicationFailureInfo: {} } }), undefined, {
      headers,
    });
    expect(harness.tasks[0]?.capabilities?.temporalFailureResponses).toBe(true);
    expect(JSON.parse(failed.text)).toMatchObject({
      metadata: { type: 'nexus.OperationError' },
      details: { state: 'failed' },
      cause: { message: 'no', metadata: { type: FAILURE } },
    });
    const failure = { message: 'no', nexusHandlerFailureInfo: { type: 'CONFLICT', retryBehavior: NON_RETRYABLE } };
    const refused = await harness.call({ failed: { failure } }, undefined, { headers });
    expect([refused.status, JSON.parse(refused.text)]).toEqual([
      409,
      {
        message: 'no',
        metadata: { type: 'nexus.HandlerError' },
        details: { type: 'CONFLICT', retryableOverride: false },
      },
    ]);
  });

  test('that the worker answers with something else is an error of the handler', async () => {
    const harness = await Harness.start();
    expect((await harness.call({ completed: { cancelOperation: {} } })).status).toBe(500);
  });

  test('that nobody answers in time is answered all the same', async () => {
    const harness = await Harness.start();
    const path = `${harness.endpoint.urlPrefix}/bills/pay`;
    const answered = await harness.post(path, { headers: { 'Request-Timeout': '50ms' } });
    expect([answered.status, JSON.parse(answered.text)]).toEqual([
      520,
      {
        message: expect.stringContaining('No worker of Nexus task queue bills answered') as string,
        metadata: { type: 'nexus.HandlerError' },
        details: { type: 'UPSTREAM_TIMEOUT' },
      },
    ]);
  });

  test('at a task queue needs no endpoint', async () => {
    const harness = await Harness.start();
    harness.answer = succeeded(json(1));
    const path = '/namespaces/default/task-queues/bills/nexus-services/bills/pay';
    const [answered] = await Promise.all([harness.post(path), harness.work()]);
    expect([answered.status, answered.text, harness.tasks[0]?.endpoint]).toEqual([200, '1', '']);
  });

  test('is forgotten when its caller goes away', async () => {
    const harness = await Harness.start();
    const abort = new AbortController();
    const { nexusTasks } = harness.served.services;
    const gone = harness.post(`${harness.endpoint.urlPrefix}/bills/pay`, { signal: abort.signal });
    await expect.poll(() => nexusTasks.size).toBe(1);
    abort.abort();
    await expect(gone).rejects.toThrow();
    await expect.poll(() => nexusTasks.size).toBe(0);
  });

  test('under way when the server stops is worth another try', async () => {
    const harness = await Harness.start();
    const answered = harness.post(`${harness.endpoint.urlPrefix}/bills/pay`);
    await expect.poll(() => harness.served.services.nexusTasks.size).toBe(1);
    await harness.served.stop();
    expect((await answered).status).toBe(503);
  });
});

describe('a request to cancel', () => {
  const canceled: Answer = { completed: { cancelOperation: {} } };

  test.each<[string, string, Record<string, string>]>([
    ['in a header', 'bills/pay/cancel', { 'Nexus-Operation-Token': 'token' }],
    ['in the query', 'bills/pay/cancel?token=token', {}],
    ['in the path', 'bills/pay/token/cancel', {}],
  ])('has the token of the operation %s', async (_, path, headers) => {
    const harness = await Harness.start();
    expect(await harness.call(canceled, path, { headers })).toMatchObject({ status: 202, text: '' });
    expect(harness.tasks[0]).toMatchObject({
      cancelOperation: { service: 'bills', operation: 'pay', operationToken: 'token', operationId: 'token' },
    });
  });

  test('may be answered with an error', async () => {
    const harness = await Harness.start();
    const failure = { message: 'no such operation', nexusHandlerFailureInfo: { type: 'NOT_FOUND' } };
    const answered = await harness.call({ failed: { failure } }, 'bills/pay/cancel?token=token');
    expect([answered.status, JSON.parse(answered.text)]).toEqual([404, { message: 'no such operation' }]);
  });
});

describe('is refused:', () => {
  test.each<[string, string, RequestInit, number, string]>([
    ['another method', 'bills/pay', { method: 'PUT' }, 400, 'use POST'],
    [
      'a timeout that is none',
      'bills/pay',
      { headers: { 'Request-Timeout': 'soon' } },
      400,
      'Request-Timeout is "soon"',
    ],
    ['a cancel without a token', 'bills/pay/cancel', {}, 400, 'token of the operation is missing'],
    ['a long callback URL', `bills/pay?callback=${'x'.repeat(4097)}`, {}, 400, 'limit of 4096'],
    ['a large payload', 'bills/pay', { body: new Uint8Array(2 ** 21) }, 400, 'at most 2097152'],
    ['a large body', 'bills/pay', { body: new Uint8Array(2 ** 22) }, 400, 'exceeds the limit of 2162688'],
    [
      'a payload that is none',
      'bills/pay',
      { headers: { 'content-type': 'application/x-temporal-payload' }, body: 'nonsense' },
      400,
      'is no application/x-temporal-payload',
    ],
  ])('%s', async (_, path, init, status, message) => {
    const { endpoint, post } = await bound();
    const answered = await post(`${endpoint.urlPrefix}/${path}`, init);
    expect(answered.status).toBe(status);
    const { metadata, message: told } = JSON.parse(answered.text) as { metadata: unknown; message: string };
    expect(metadata).toEqual({ type: 'nexus.HandlerError' });
    expect(told).toContain(message);
  });

  test('an endpoint or a namespace that is not there, and an endpoint that leads elsewhere', async () => {
    const { post, harness } = await bound();
    const nowhere = await post('/nexus/endpoints/00000000-0000-0000-0000-000000000000/services/bills/pay');
    expect([nowhere.status, nowhere.headers.get('nexus-request-retryable')]).toEqual([404, 'false']);
    expect((await post('/namespaces/nowhere/task-queues/bills/nexus-services/bills/pay')).status).toBe(404);
    const { endpoint } = await harness.served.call(api.OperatorService.methods.CreateNexusEndpoint, {
      spec: { name: 'outside', target: { external: { url: 'https://example.com' } } },
    });
    const outside = await post(`${endpoint?.urlPrefix}/bills/pay`);
    expect([outside.status, outside.text]).toEqual([400, expect.stringContaining('call that one')]);
  });

  test.each(['/', '/nexus', '/nexus/endpoints/x/services/bills', '/nexus/endpoints/x/services/a/b/c/d/e', '/%'])(
    'the path %s',
    async (path) => {
      const { post } = await bound();
      expect((await post(path)).status).toBe(404);
    },
  );

  async function bound() {
    const harness = await Harness.start();
    return { harness, endpoint: harness.endpoint, post: harness.post.bind(harness) };
  }
});

test('a web page may not start operations', async () => {
  const harness = await Harness.start();
  const init = { headers: { origin: 'https://example.com', 'content-type': 'text/plain' }, body: 'hello' };
  const { status, text } = await harness.post(`${harness.endpoint.urlPrefix}/bills/pay`, init);
  expect([status, text]).toEqual([403, expect.stringContaining('https://example.com')]);
});

test('a port that is in use is told in one sentence', async () => {
  const served = await Served.start({ http: { port: 0 } });
  const port = Number(served.httpAddress?.split(':').at(-1));
  await expect(Served.start({ http: { port } })).rejects.toThrow(
    'stop what uses it or choose another with http.port, where 0 takes any free port',
  );
});
