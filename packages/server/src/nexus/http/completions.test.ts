import { DEFAULT_LIMITS } from '@perdure/engine';
import { common, enums, failure } from '@perdure/protocol';
import { describe, expect, onTestFinished, test } from 'vitest';
import { HttpServer, ServiceError } from '../../api/index.js';
import { silentLogger } from '../../observability/index.js';
import { json, Served } from '../../service/testing/served.js';
import type { NexusCompletion } from '../nexus-completions.js';
import { NexusFront } from './front.js';
import { completeOutside } from './outgoing.js';

const LINKS: readonly common.ILink[] = [
  {
    workflowEvent: {
      namespace: 'default',
      workflowId: 'handler',
      runId: 'run',
      eventRef: { eventId: 1, eventType: enums.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED },
    },
  },
];
const TOKEN = { 'nexus-callback-token': 'token' };
const { signal } = new AbortController();

interface Told {
  readonly token: string;
  readonly completion: NexusCompletion;
}

/** A port that takes news of the end of operations, and what it was told. */
async function harness(refuse?: ServiceError) {
  const served = await Served.start();
  const { nexusEndpoints: endpoints, nexusTasks: tasks, namespaces } = served.services;
  const told: Told[] = [];
  const front = new NexusFront({
    observer: () => undefined,
    endpoints,
    tasks,
    namespaces,
    limits: { ...DEFAULT_LIMITS, payloadSizeBytes: 1000 },
    log: silentLogger,
    completions: {
      complete: async (token, completion) => {
        if (refuse !== undefined) throw refuse;
        told.push({ token, completion });
      },
    },
  });
  const server = new HttpServer({ port: 0, handlers: [(request, response) => front.handle(request, response)] });
  await server.start();
  onTestFinished(() => server.stop({ graceMs: 0 }));
  const url = `${server.url}/namespaces/default/nexus/callback`;
  const tell = (completion: NexusCompletion, headers: Readonly<Record<string, string>> = TOKEN) =>
    completeOutside(url, headers, completion, 5000, { payloadSizeBytes: 1000, signal });
  const post = (headers: Record<string, string>, body = ''): Promise<Response> =>
    fetch(`${server.url}/nexus/callback`, { method: 'POST', headers, body });
  return { told, tell, post };
}

const succeeded: NexusCompletion = { links: [], outcome: { kind: 'succeeded', result: json({ paid: true }) } };

describe('the end of an operation', () => {
  test('is told over HTTP with everything that is known of it', async () => {
    const { tell, told } = await harness();
    const startTimeMs = Date.UTC(2026, 0, 1);
    const completion = { ...succeeded, operationToken: 'operation', startTimeMs, links: LINKS };
    expect(await tell(completion)).toEqual({ kind: 'delivered' });
    expect(told).toMatchObject([
      { token: 'token', completion: { operationToken: 'operation', startTimeMs, links: LINKS } },
    ]);
    const { outcome } = told[0]!.completion as { outcome: { readonly result: common.IPayload } };
    expect(common.Payload.decode(common.Payload.encode(outcome.result))).toMatchObject(json({ paid: true }));
  });

  test('may be that there is no result, and nothing more', async () => {
    const { tell, told } = await harness();
    await tell({ links: [], outcome: { kind: 'succeeded', result: undefined } });
    expect(told[0]?.completion).toMatchObject({ operationToken: undefined, startTimeMs: undefined, links: [] });
  });

  test.each<['failed' | 'canceled', failure.IFailure]>([
    ['failed', { message: 'no', applicationFailureInfo: { type: 'T', nonRetryable: true }, cause: { message: 'why' } }],
    ['failed', { message: 'operation terminated', terminatedFailureInfo: {} }],
    ['canceled', { message: 'stopped', canceledFailureInfo: {} }],
  ])('may be that it %s: %o', async (kind, given) => {
    const { tell, told } = await harness();
    await tell({ links: [], outcome: { kind, failure: given } });
    const { outcome } = told[0]!.completion as {
      outcome: { readonly kind: string; readonly failure: failure.IFailure };
    };
    expect(outcome.kind).toBe(kind);
    expect(failure.Failure.encode(outcome.failure)).toEqual(failure.Failure.encode(given));
  });

  test.each<[ServiceError, string]>([
    [new ServiceError('NOT_FOUND', 'no such operation'), 'NOT_FOUND'],
    [new ServiceError('UNAVAILABLE', 'try again'), 'UNAVAILABLE'],
  ])('that its caller does not take is refused: %s', async (refusal, type) => {
    const { tell } = await harness(refusal);
    expect(await tell(succeeded)).toMatchObject({
      kind: 'handlerError',
      failure: { message: refusal.message, nexusHandlerFailureInfo: { type } },
    });
  });

  test('is taken under the name that the specification gives to the token', async () => {
    const { post, told } = await harness();
    expect((await post({ token: 't', 'nexus-operation-state': 'succeeded' })).status).toBe(200);
    expect(told).toMatchObject([{ token: 't' }]);
  });

  test.each<[string, Record<string, string>, string, string]>([
    ['without a token', { 'nexus-operation-state': 'succeeded' }, '', 'token of the callback is missing'],
    ['without a state', TOKEN, '', 'state of the operation is ""'],
    ['while it still runs', { ...TOKEN, 'nexus-operation-state': 'running' }, '', 'is "running"'],
    ['with a failure that is none', { ...TOKEN, 'nexus-operation-state': 'failed' }, '7', 'must be an object in JSON'],
    ['with a large result', { ...TOKEN, 'nexus-operation-state': 'succeeded' }, 'x'.repeat(1001), 'at most 1000'],
  ])('is refused %s', async (_, headers, body, message) => {
    const { post, told } = await harness();
    const response = await post(headers, body);
    const { message: refusal } = (await response.json()) as { readonly message: string };
    expect([response.status, refusal]).toEqual([400, expect.stringContaining(message)]);
    expect(told).toEqual([]);
  });

  test('that nobody takes has had no answer', async () => {
    const { tell } = await harness();
    const options = { payloadSizeBytes: 1000, signal };
    await expect(completeOutside('http://127.0.0.1:1/', {}, succeeded, 1000, options)).rejects.toThrow(
      'could not be asked',
    );
    expect(await tell(succeeded, { 'x-bad': 'a\nb' })).toMatchObject({ kind: 'handlerError' });
  });
});
