import { type nexus as protocol, type workflowservice } from '@perdure/protocol';
import type * as nexus from 'nexus-rpc';

/** How long the caller waits for an answer, as Nexus writes it: `10s`, `1.5s`, `200ms`, `1m`. */
const TIMEOUT_HEADER = 'request-timeout';
const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** What is asked of a worker. */
export type NexusTask = workflowservice.PollNexusTaskQueueResponse;

/** What a request is about, and until when it is waited for. */
export function operationContext(
  task: NexusTask,
  abortSignal: AbortSignal,
  deadlineMs: number | undefined,
): nexus.OperationContext {
  const { header = {}, startOperation, cancelOperation } = task.request ?? {};
  const { service = '', operation = '' } = startOperation ?? cancelOperation ?? {};
  const requestDeadline = deadlineMs === undefined ? undefined : new Date(deadlineMs);
  return { service, operation, headers: lowerCased(header), abortSignal, requestDeadline };
}

/** {@link operationContext} of a request to start an operation. */
export function startContext(
  ctx: nexus.OperationContext,
  { requestId, callback, callbackHeader, links }: protocol.StartOperationRequest,
): nexus.StartOperationContext {
  return {
    ...ctx,
    requestId,
    callbackUrl: callback || undefined,
    callbackHeaders: lowerCased(callbackHeader),
    inboundLinks: links.flatMap(({ url, type }) => {
      const parsed = URL.canParse(url) ? new URL(url) : undefined;
      // A link is for people: an operation runs as well without one that leads nowhere.
      return parsed === undefined ? [] : [{ url: parsed, type }];
    }),
    outboundLinks: [],
  };
}

/** When the caller stops waiting; undefined if it does not say. */
export function deadlineOf(task: NexusTask, receivedAtMs: number): number | undefined {
  const timeout = lowerCased(task.request?.header ?? {})[TIMEOUT_HEADER];
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)$/.exec(timeout ?? '') ?? [];
  const unitMs = UNITS_MS[unit];
  return amount === undefined || unitMs === undefined ? undefined : receivedAtMs + Number(amount) * unitMs;
}

/** Headers of Nexus are those of HTTP, whose names have no case. */
function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
