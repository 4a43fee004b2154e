import type { common, failure } from '@perdure/protocol';

/** There was an answer, and nothing can be done with it: whoever gave it is up. */
export class UnusableAnswerError extends Error {
  override readonly name = 'UnusableAnswerError';
}

/** The start of a Nexus operation, as the caller's run asks for it. */
export interface NexusStartCall {
  /** Name of the endpoint. */
  readonly endpoint: string;
  /** What `resolveEndpoint` said when the operation was scheduled: finds an endpoint that has been renamed since. */
  readonly endpointId?: string | undefined;
  /** Name of the namespace of the calling run. */
  readonly callerNamespace: string;
  readonly service: string;
  readonly operation: string;
  /** The same for every attempt: the handler must not start the operation twice. */
  readonly requestId: string;
  readonly input: common.IPayload | undefined;
  /** Headers of the Nexus request, names in lower case, without those that the transport adds. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where the call comes from: the event that scheduled it. */
  readonly links: readonly common.ILink[];
  /** Where the end of an operation that does not complete at once is to be told, and with which headers. */
  readonly callbackUrl: string;
  readonly callbackHeaders: Readonly<Record<string, string>>;
  /** How long the answer may take. Milliseconds. */
  readonly timeoutMs: number;
}

/** The handler, or somebody on the way to it, could not deal with a request. */
export interface NexusHandlerError {
  readonly kind: 'handlerError';
  /** A type of error of the Nexus specification, such as `NOT_FOUND`. */
  readonly errorType: string;
  /** The same request may succeed later. */
  readonly retryable: boolean;
  readonly failure: failure.IFailure;
}

/** What the start of an operation came to. */
export type NexusStartAnswer =
  | {
      readonly kind: 'completed';
      readonly result: common.IPayload | undefined;
      readonly links: readonly common.ILink[];
    }
  | { readonly kind: 'started'; readonly operationToken: string; readonly links: readonly common.ILink[] }
  | {
      readonly kind: 'unsuccessful';
      readonly state: 'failed' | 'canceled';
      readonly failure: failure.IFailure;
    }
  | NexusHandlerError;

/** A request to cancel an operation that has been started. */
export interface NexusCancelCall {
  readonly endpoint: string;
  readonly endpointId?: string | undefined;
  readonly callerNamespace: string;
  readonly service: string;
  readonly operation: string;
  readonly operationToken: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** The handler has taken note of the request, which does not mean that the operation ends; or it could not. */
export type NexusCancelAnswer = { readonly kind: 'acknowledged' } | NexusHandlerError;

/**
 * Carries requests to the handlers of Nexus operations, wherever they are. A promise that is rejected means that there
 * was no answer: the same request is made again later.
 */
export interface NexusCaller {
  start(call: NexusStartCall, signal: AbortSignal): Promise<NexusStartAnswer>;
  cancel(call: NexusCancelCall, signal: AbortSignal): Promise<NexusCancelAnswer>;
  /** The endpoint of that name, if there is one now. */
  resolveEndpoint(name: string): { readonly id: string } | undefined;
}
