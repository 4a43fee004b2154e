import type { IncomingMessage, ServerResponse } from 'node:http';
import { payloadSizeBytes, type Limits } from '@perdure/engine';
import type { failure, nexus } from '@perdure/protocol';
import type { JsonValue } from '@perdure/protocol/json';
import type { NamespaceRegistry } from '../../namespace/index.js';
import type { Logger } from '../../observability/index.js';
import type { EndpointRegistry } from '../endpoint-registry.js';
import { cancelOutcome, startOutcome } from '../handler-answers.js';
import type { NexusCompletions } from '../nexus-completions.js';
import { NexusTaskTimeoutError, type NexusTaskAnswer, type NexusTasks } from '../nexus-tasks.js';
import { contentOfPayload } from './content.js';
import { answerOfHandlerFailure, bodyOfUnsuccessful } from './failure-bodies.js';
import { failureOfError, FrontError } from './front-errors.js';
import { HEADERS, STATUS_UNSUCCESSFUL } from './headers.js';
import { linkHeader, linksOfHeader } from './links.js';
import {
  bodyOf,
  callbackHeadersOf,
  callbackTokenOf,
  completionOf,
  handedOn,
  headersOf,
  payloadOf,
  timeoutOf,
  type RequestHeaders,
} from './requests.js';
import { routeOf, type NexusRoute, type OperationRoute } from './routes.js';

/** A body may be so much larger than its payload: a payload that no media type stands for comes with its metadata. */
const BODY_MARGIN_BYTES = 64 * 1024;

/** What requests are answered with. */
export interface NexusFrontPorts {
  readonly endpoints: EndpointRegistry;
  readonly namespaces: NamespaceRegistry;
  readonly tasks: NexusTasks;
  readonly completions: NexusCompletions;
  readonly limits: Limits;
  readonly log: Logger;
  readonly observer: NexusHttpObserver;
}

/** What a request is about. */
export type NexusHttpRequest = 'start' | 'cancel' | 'callback';

/** Hears of every request that was answered. */
export type NexusHttpObserver = (request: NexusHttpRequest, status: number, durationMs: number) => void;

interface FrontRequest {
  readonly url: URL;
  readonly headers: RequestHeaders;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
}

interface FrontAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

const NO_BODY = new Uint8Array();

/** A page that somebody has open must not start operations on their machine: browsers say with every POST where it comes from. */
function refuseBrowsers(headers: Readonly<Record<string, string>>): void {
  const { origin } = headers;
  if (origin === undefined) return;
  throw new FrontError('UNAUTHORIZED', `Nexus is not for web pages: a page of ${origin} made this request.`);
}

/**
 * Nexus over HTTP: operations are started and canceled at endpoints and at task queues, and handlers tell the end of
 * operations. See https://github.com/nexus-rpc/api/blob/main/SPEC.md.
 */
export class NexusFront {
  constructor(private readonly ports: NexusFrontPorts) {}

  /** Answers a request whose path is one of Nexus, now or later. False, doing nothing, for any other. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const url = new URL(request.url ?? '/', 'http://nexus');
    const route = routeOf(url.pathname);
    if (route === undefined) return false;
    void this.answer(route, url, request, response);
    return true;
  }

  private async answer(route: NexusRoute, url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startMs = performance.now();
    const gone = new AbortController();
    response.once('close', () => gone.abort(new Error('The caller has gone')));
    const headers = headersOf(request);
    let answer: FrontAnswer;
    try {
      if (request.method !== 'POST')
        throw new FrontError('BAD_REQUEST', `Method ${request.method ?? ''} is not served here: use POST.`);
      refuseBrowsers(headers);
      const body = await bodyOf(request, this.ports.limits.payloadSizeBytes + BODY_MARGIN_BYTES);
      answer = await this.serve(route, { url, headers, body, signal: gone.signal });
    } catch (error) {
      if (gone.signal.aborted) return;
      answer = this.errorAnswer(error, url);
      // What is left of the body is not worth reading.
      if (!request.complete) response.shouldKeepAlive = false;
    }
    const written = Object.entries(answer.headers).filter(([, value]) => value !== undefined);
    response.writeHead(answer.status, {
      ...Object.fromEntries(written),
      'content-length': String(answer.body.length),
    });
    response.end(answer.body);
    const kind = route.kind === 'callback' ? 'callback' : route.action;
    this.ports.observer(kind, answer.status, performance.now() - startMs);
  }

  private serve(route: NexusRoute, request: FrontRequest): Promise<FrontAnswer> {
    if (route.kind === 'callback') return this.complete(request);
    return route.action === 'start' ? this.start(route, request) : this.cancel(route, request);
  }

  private async start(route: OperationRoute, request: FrontRequest): Promise<FrontAnswer> {
    const { headers, body, url } = request;
    const payload = payloadOf(headers, body);
    this.checkSize(payload);
    const startOperation: nexus.IStartOperationRequest = {
      service: route.service,
      operation: route.operation,
      requestId: headers[HEADERS.requestId] ?? '',
      callback: this.callbackOf(url),
      callbackHeader: callbackHeadersOf(headers),
      payload,
      links: linksOfHeader(headers[HEADERS.link]),
    };
    const outcome = await this.ask(route, request, { startOperation }, startOutcome);
    const isTyped = understandsTypes(headers);
    switch (outcome.kind) {
      case 'completed': {
        const content = contentOfPayload(outcome.result);
        const own = { [HEADERS.link]: linkHeader(outcome.links), [HEADERS.operationState]: 'succeeded' };
        return { status: 200, headers: { ...content.headers, ...own }, body: content.body };
      }
      case 'started': {
        const info = { token: outcome.operationToken, state: 'running' };
        return jsonAnswer(201, info, { [HEADERS.link]: linkHeader(outcome.links) });
      }
      case 'unsuccessful': {
        const { state, failure } = outcome;
        const own = { [HEADERS.operationState]: state, [HEADERS.failureSource]: 'worker' };
        return jsonAnswer(STATUS_UNSUCCESSFUL, bodyOfUnsuccessful(failure, state, isTyped), own);
      }
      case 'handlerError':
        return failureAnswer(outcome.failure, isTyped, { [HEADERS.failureSource]: 'worker' });
      default:
        return outcome satisfies never;
    }
  }

  private async cancel(route: OperationRoute, request: FrontRequest): Promise<FrontAnswer> {
    const { headers, url } = request;
    const operationToken =
      headers[HEADERS.operationToken] || url.searchParams.get('token') || route.operationToken || '';
    if (operationToken === '')
      throw new FrontError('BAD_REQUEST', 'The token of the operation is missing: send Nexus-Operation-Token.');
    const { service, operation } = route;
    const cancelOperation = { service, operation, operationToken, operationId: operationToken };
    const outcome = await this.ask(route, request, { cancelOperation }, cancelOutcome);
    if (outcome.kind === 'acknowledged') return { status: 202, headers: {}, body: NO_BODY };
    return failureAnswer(outcome.failure, understandsTypes(headers), { [HEADERS.failureSource]: 'worker' });
  }

  private async complete({ headers, body }: FrontRequest): Promise<FrontAnswer> {
    const completion = completionOf(headers, body);
    if (completion.outcome.kind === 'succeeded') this.checkSize(completion.outcome.result);
    await this.ports.completions.complete(callbackTokenOf(headers), completion);
    return { status: 200, headers: {}, body: NO_BODY };
  }

  private async ask<Outcome>(
    route: OperationRoute,
    { headers, signal }: FrontRequest,
    variant: Pick<nexus.IRequest, 'startOperation' | 'cancelOperation'>,
    outcomeOf: (answer: NexusTaskAnswer) => Outcome,
  ): Promise<Outcome> {
    const { namespace: name, taskQueue, endpoint } = this.targetOf(route);
    const namespace = this.ports.namespaces.byName(name);
    if (namespace === undefined) throw new FrontError('NOT_FOUND', `Namespace "${name}" is not found.`);
    const request: nexus.IRequest = {
      ...variant,
      header: handedOn(headers),
      endpoint,
      capabilities: { temporalFailureResponses: understandsTypes(headers) },
    };
    try {
      const task = { namespaceId: namespace.id, taskQueue, request, timeoutMs: timeoutOf(headers) };
      return outcomeOf(await this.ports.tasks.ask(task, signal));
    } catch (error) {
      if (error instanceof NexusTaskTimeoutError) throw new FrontError('UPSTREAM_TIMEOUT', error.message);
      throw error;
    }
  }

  private targetOf({ target }: OperationRoute): {
    readonly namespace: string;
    readonly taskQueue: string;
    readonly endpoint: string;
  } {
    if (target.kind === 'taskQueue') return { ...target, endpoint: '' };
    const spec = this.ports.endpoints.byId(target.endpointId)?.spec;
    if (spec === undefined)
      throw new FrontError('NOT_FOUND', `Nexus endpoint with id ${target.endpointId} is not found.`, false);
    if (spec.target?.worker !== undefined) return { ...spec.target.worker, endpoint: spec.name };
    throw new FrontError('BAD_REQUEST', `Nexus endpoint ${spec.name} leads to a server outside: call that one.`);
  }

  private callbackOf(url: URL): string {
    const callback = url.searchParams.get('callback') ?? '';
    const { nexusUrlBytes } = this.ports.limits;
    if (Buffer.byteLength(callback) > nexusUrlBytes)
      throw new FrontError('BAD_REQUEST', `The callback URL exceeds the limit of ${nexusUrlBytes} bytes.`);
    return callback;
  }

  private checkSize(payload: Parameters<typeof payloadSizeBytes>[0]): void {
    const sizeBytes = payloadSizeBytes(payload);
    const mostBytes = this.ports.limits.payloadSizeBytes;
    if (sizeBytes > mostBytes)
      throw new FrontError('BAD_REQUEST', `The payload has ${sizeBytes} bytes: at most ${mostBytes} are allowed.`);
  }

  private errorAnswer(error: unknown, url: URL): FrontAnswer {
    const known = failureOfError(error);
    if (known !== undefined) return failureAnswer(known, true);
    this.ports.log.error('A Nexus request could not be served', { path: url.pathname, error });
    return failureAnswer({ message: 'internal error', nexusHandlerFailureInfo: { type: 'INTERNAL' } }, true);
  }
}

function understandsTypes(headers: RequestHeaders): boolean {
  return headers[HEADERS.failureSupport] === 'true';
}

function failureAnswer(
  given: failure.IFailure,
  isTyped: boolean,
  more: Readonly<Record<string, string>> = {},
): FrontAnswer {
  const { status, headers, body } = answerOfHandlerFailure(given, isTyped);
  return jsonAnswer(status, body, { ...headers, ...more });
}

function jsonAnswer(
  status: number,
  body: JsonValue,
  headers: Readonly<Record<string, string | undefined>>,
): FrontAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(body)),
  };
}
