import type { failure } from '@perdure/protocol';
import { handlerFailure } from '../handler-errors.js';
import type { CancelOutcome, StartOutcome } from '../handler-answers.js';
import { UnusableAnswerError, type NexusCancelCall, type NexusStartCall } from '../nexus-caller.js';
import type { NexusCompletion } from '../nexus-completions.js';
import { jsonOf } from '../nexus-failures.js';
import { nexusLink } from '../nexus-links.js';
import { contentOfPayload, payloadOfContent, type HttpContent } from './content.js';
import { headerOfDuration } from './durations.js';
import { bodyOfUnsuccessful, handlerFailureOfAnswer, unsuccessfulOfBody } from './failure-bodies.js';
import { HEADERS, STATUS_UNSUCCESSFUL } from './headers.js';
import { linkHeader, linksOfHeader } from './links.js';

/** A handler's answer may be so large, beside what its payload may be. */
const BODY_MARGIN_BYTES = 64 * 1024;
/** Headers that are the transport's own: those of a call must not stand in their place. */
const OWN_HEADERS = /^(content-.*|connection|host|keep-alive|te|trailer|transfer-encoding|upgrade)$/;

/** How requests to servers outside are made. */
export interface OutgoingOptions {
  readonly payloadSizeBytes: number;
  readonly signal: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly header: (name: string) => string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The URL of an operation below the URL of an endpoint. */
export function operationUrl(endpointUrl: string, ...path: readonly string[]): URL {
  const url = new URL(endpointUrl);
  url.pathname = [url.pathname.replace(/\/+$/, ''), ...path.map(encodeURIComponent)].join('/');
  return url;
}

/**
 * Starts an operation at a server outside. `callbackUrl`: where that server tells the end; without one an operation that
 * does not complete at once is an error. Rejects when there is no answer.
 */
export async function startOutside(
  endpointUrl: string,
  call: NexusStartCall,
  callbackUrl: string | undefined,
  options: OutgoingOptions,
): Promise<StartOutcome> {
  const url = operationUrl(endpointUrl, call.service, call.operation);
  if (callbackUrl !== undefined) url.searchParams.set('callback', callbackUrl);
  const content = contentOfPayload(call.input);
  const headers = requestHeaders(call, {
    ...content.headers,
    ...(callbackUrl === undefined ? {} : callbackHeaders(call.callbackHeaders)),
    [HEADERS.requestId]: call.requestId,
    [HEADERS.link]: linkHeader(call.links.flatMap((link) => nexusLink(link) ?? [])),
  });
  if (headers instanceof Error)
    return { kind: 'handlerError', failure: handlerFailure('BAD_REQUEST', headers.message) };
  const answer = await post(url, headers, content.body, call.timeoutMs, options);
  const links = linksOfHeader(answer.header(HEADERS.link));
  switch (answer.status) {
    case 200:
      return { kind: 'completed', result: payloadOfContent(answer.headers, answer.body), links };
    case 201:
      if (callbackUrl === undefined) return unreachable();
      return { kind: 'started', operationToken: operationTokenOf(answer), links };
    case STATUS_UNSUCCESSFUL:
      return { kind: 'unsuccessful', ...unsuccessfulOfBody(answer.header, answer.body) };
    default:
      return { kind: 'handlerError', failure: handlerFailureOf(url, answer) };
  }
}

/** Asks a server outside to cancel an operation. Rejects when there is no answer. */
export async function cancelOutside(
  endpointUrl: string,
  call: NexusCancelCall,
  options: OutgoingOptions,
): Promise<CancelOutcome> {
  const url = operationUrl(endpointUrl, call.service, call.operation, 'cancel');
  const headers = requestHeaders(call, { [HEADERS.operationToken]: call.operationToken });
  if (headers instanceof Error)
    return { kind: 'handlerError', failure: handlerFailure('BAD_REQUEST', headers.message) };
  const answer = await post(url, headers, undefined, call.timeoutMs, options);
  if (answer.status === 202) return { kind: 'acknowledged' };
  return { kind: 'handlerError', failure: handlerFailureOf(url, answer) };
}

/** What became of the news of an end that was told to a caller outside. */
export type CompletionAnswer =
  { readonly kind: 'delivered' } | { readonly kind: 'handlerError'; readonly failure: failure.IFailure };

/** Tells a caller outside of the end of its operation. Rejects when there is no answer. */
export async function completeOutside(
  url: string,
  given: Readonly<Record<string, string>>,
  completion: NexusCompletion,
  timeoutMs: number,
  options: OutgoingOptions,
): Promise<CompletionAnswer> {
  const { outcome, operationToken, startTimeMs, links } = completion;
  const content: HttpContent =
    outcome.kind === 'succeeded'
      ? contentOfPayload(outcome.result)
      : {
          headers: { 'content-type': 'application/json' },
          body: Buffer.from(JSON.stringify(bodyOfUnsuccessful(outcome.failure, outcome.kind, false))),
        };
  const headers = checkedHeaders(given, {
    ...content.headers,
    [HEADERS.operationState]: outcome.kind,
    [HEADERS.operationToken]: operationToken,
    [HEADERS.operationStartTime]: startTimeMs === undefined ? undefined : new Date(startTimeMs).toUTCString(),
    [HEADERS.link]: linkHeader(links.flatMap((link) => nexusLink(link) ?? [])),
  });
  if (headers instanceof Error)
    return { kind: 'handlerError', failure: handlerFailure('BAD_REQUEST', headers.message) };
  const answer = await post(new URL(url), headers, content.body, timeoutMs, options);
  if (answer.status >= 200 && answer.status < 300) return { kind: 'delivered' };
  return { kind: 'handlerError', failure: handlerFailureOf(new URL(url), answer) };
}

function callbackHeaders(given: Readonly<Record<string, string>>): Record<string, string> {
  const prefix = HEADERS.callbackPrefix;
  const named = Object.entries(given).map(
    ([name, value]) => [name.startsWith(prefix) ? name : prefix + name, value] as const,
  );
  return Object.fromEntries(named);
}

function requestHeaders(
  call: Pick<NexusStartCall, 'headers' | 'timeoutMs'>,
  own: Readonly<Record<string, string | undefined>>,
): Headers | Error {
  return checkedHeaders(call.headers, {
    ...own,
    [HEADERS.requestTimeout]: headerOfDuration(call.timeoutMs),
    [HEADERS.failureSupport]: 'true',
  });
}

/** Headers for `fetch`, or what is wrong with one of them. */
function checkedHeaders(
  given: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string | undefined>>,
): Headers | Error {
  const headers = new Headers();
  const wanted = [
    ...Object.entries(given).filter(([name]) => !OWN_HEADERS.test(name.toLowerCase())),
    ...Object.entries(own),
  ];
  for (const [name, value] of wanted) {
    try {
      if (value !== undefined) headers.set(name, value);
    } catch {
      return new Error(`Header ${JSON.stringify(name)} of the Nexus request cannot be sent over HTTP.`);
    }
  }
  return headers;
}

async function post(
  url: URL,
  headers: Headers,
  body: Uint8Array | undefined,
  timeoutMs: number,
  { signal, payloadSizeBytes }: OutgoingOptions,
): Promise<Answer> {
  const timeout = AbortSignal.timeout(Math.ceil(timeoutMs));
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      ...(body === undefined || body.length === 0 ? {} : { body: new Uint8Array(body) }),
      redirect: 'manual',
      signal: AbortSignal.any([signal, timeout]),
    });
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      headers: Object.fromEntries(response.headers),
      body: await bodyOf(response, payloadSizeBytes + BODY_MARGIN_BYTES),
    };
  } catch (error) {
    if (timeout.aborted && !signal.aborted)
      throw new Error(`${url.host} did not answer within ${timeoutMs} ms`, { cause: error });
    const message = `${url.host} could not be asked: ${reasonOf(error)}`;
    throw error instanceof UnusableAnswerError
      ? new UnusableAnswerError(message)
      : new Error(message, { cause: error });
  }
}

async function bodyOf(response: Response, mostBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.length;
    // Leaving the loop ends the connection.
    if (sizeBytes > mostBytes) throw new UnusableAnswerError(`its answer is larger than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function operationTokenOf({ body }: Answer): string {
  const info = jsonOf(body);
  const { token, id, state } = (typeof info === 'object' && info !== null ? info : {}) as Readonly<
    Record<string, unknown>
  >;
  const found = token ?? id;
  if (typeof found === 'string' && found !== '' && state === 'running') return found;
  throw new UnusableAnswerError(
    'The handler answered that the operation was started, without a token or a state to go by.',
  );
}

/** Throws when the answer is nothing that Nexus knows and that may be another one next time. */
function handlerFailureOf(url: URL, { status, header, body }: Answer): failure.IFailure {
  const known = handlerFailureOfAnswer(status, header, body);
  if (known !== undefined) return known;
  const message = `${url.host} answered with status ${status}, of which Nexus knows nothing`;
  if (status >= 300 && status < 500) return handlerFailure('BAD_REQUEST', message, { retryable: false });
  throw new Error(message);
}

function unreachable(): StartOutcome {
  const message =
    'The handler started the operation and has nobody to tell its end: this server has no HTTP port. Start it with one.';
  return { kind: 'handlerError', failure: handlerFailure('NOT_IMPLEMENTED', message) };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
