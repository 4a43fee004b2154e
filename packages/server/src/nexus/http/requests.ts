import type { IncomingMessage } from 'node:http';
import type { common } from '@perdure/protocol';
import { linkOfNexus } from '../nexus-links.js';
import type { NexusCompletion } from '../nexus-completions.js';
import { payloadOfContent } from './content.js';
import { durationOfHeader } from './durations.js';
import { unsuccessfulOfBody } from './failure-bodies.js';
import { FrontError } from './front-errors.js';
import { HEADERS } from './headers.js';
import { linksOfHeader } from './links.js';

/** Headers of a request, names in lower case, several values of one name joined by commas. */
export type RequestHeaders = Readonly<Record<string, string>>;

/** Nobody waits longer than this for an answer over HTTP. */
const LONGEST_WAIT_MS = 60_000;
/** The caller is answered this long before it gives up. */
const MARGIN_MS = 1000;

/** The headers of a request. */
export function headersOf(request: IncomingMessage): RequestHeaders {
  const joined = Object.entries(request.headers).map(
    ([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')] as const,
  );
  return Object.fromEntries(joined);
}

/** The body of a request. Throws a `FrontError` if it is larger than allowed. */
export async function bodyOf(request: IncomingMessage, mostBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    sizeBytes += chunk.length;
    if (sizeBytes > mostBytes) throw new FrontError('BAD_REQUEST', `The body exceeds the limit of ${mostBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** How long the answer to a request may take, with what is needed to send it taken off. */
export function timeoutOf(headers: RequestHeaders): number {
  const text = headers[HEADERS.requestTimeout];
  const askedMs = text === undefined ? LONGEST_WAIT_MS : durationOfHeader(text);
  if (askedMs === undefined)
    throw new FrontError('BAD_REQUEST', `Request-Timeout is "${text}": it must be a number and ms, s or m.`);
  return Math.min(askedMs, LONGEST_WAIT_MS) - Math.min(MARGIN_MS, askedMs / 10);
}

/** Headers that are about the connection or the body, or have been taken out of their place. */
const NOT_HANDED_ON = new RegExp(
  `^(content-.*|connection|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade|${HEADERS.requestTimeout}|${HEADERS.callbackPrefix}.*)$`,
);

/** The headers that the handler gets to see. */
export function handedOn(headers: RequestHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_HANDED_ON.test(name)));
}

/** The headers that the handler has to send to the callback URL. */
export function callbackHeadersOf(headers: RequestHeaders): Record<string, string> {
  const prefix = HEADERS.callbackPrefix;
  const named = Object.entries(headers).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(named.map(([name, value]) => [name.slice(prefix.length), value]));
}

/** What the body of a request holds. Throws a `FrontError` if it is not what its headers say. */
export function payloadOf(headers: RequestHeaders, body: Uint8Array): common.IPayload {
  try {
    return payloadOfContent(headers, body);
  } catch (error) {
    throw new FrontError('BAD_REQUEST', error instanceof Error ? error.message : String(error));
  }
}

/** The token of the operation whose end is told. Handlers send it under the name they were given, or by the specification's. */
export function callbackTokenOf(headers: RequestHeaders): string {
  const token = headers['nexus-callback-token'] ?? headers['token'];
  if (!token) throw new FrontError('BAD_REQUEST', 'The token of the callback is missing: send it as it came.');
  return token;
}

/** The end of an operation, as a handler tells it. Throws a `FrontError` if it is none. */
export function completionOf(headers: RequestHeaders, body: Uint8Array): NexusCompletion {
  const startTimeMs = Date.parse(headers[HEADERS.operationStartTime] ?? '');
  return {
    operationToken: headers[HEADERS.operationToken] || headers['nexus-operation-id'] || undefined,
    startTimeMs: Number.isNaN(startTimeMs) ? undefined : startTimeMs,
    links: linksOfHeader(headers[HEADERS.link]).flatMap((link) => linkOfNexus(link) ?? []),
    outcome: completedOutcome(headers, body),
  };
}

function completedOutcome(headers: RequestHeaders, body: Uint8Array): NexusCompletion['outcome'] {
  const state = headers[HEADERS.operationState] ?? '';
  if (state === 'succeeded') return { kind: 'succeeded', result: payloadOf(headers, body) };
  if (state !== 'failed' && state !== 'canceled')
    throw new FrontError(
      'BAD_REQUEST',
      `The state of the operation is "${state}": it must be succeeded, failed or canceled.`,
    );
  try {
    const { state: kind, failure } = unsuccessfulOfBody((name) => headers[name], body);
    return { kind, failure };
  } catch (error) {
    throw new FrontError('BAD_REQUEST', error instanceof Error ? error.message : String(error));
  }
}
