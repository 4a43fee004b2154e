import type { EncodedMessage } from '@perdure/protocol';

import type { Metadata } from './metadata.js';

/** Why a call is no longer wanted, or should end soon. */
export type CancelReason =
  /** The caller gave up. */
  | 'client'
  /** The deadline passed. The caller already has DEADLINE_EXCEEDED. */
  | 'deadline'
  /** The connection was lost. */
  | 'connection'
  /** The server is stopping: an answer still arrives if it comes soon, so a long poll answers empty. */
  | 'drain';

/** What a handler knows about the call it serves, whatever the transport. */
export interface CallContext {
  /** The method's short name, for example `StartWorkflowExecution`. */
  readonly method: string;
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly metadata: Metadata;
  /** When the caller stops waiting, as epoch milliseconds, and how long that was when the call arrived. */
  readonly deadlineMs: number | undefined;
  readonly timeoutMs: number | undefined;
  /** `host:port` of the caller, or `in-process`. */
  readonly peer: string;
  /** The subject of the caller's TLS certificate, for example `CN=worker,O=Acme`. */
  readonly tlsSubject: string | undefined;
  readonly cancelled: boolean;
  readonly cancelReason: CancelReason | undefined;
  /**
   * Calls the listener once when the call is cancelled, in the next microtask when it already is. The returned function
   * removes the listener.
   */
  onCancelled(listener: (reason: CancelReason) => void): () => void;
  /** Aborts when the call is cancelled. Made on first use: prefer `onCancelled` where calls are many. */
  readonly signal: AbortSignal;
}

/** The decoding half of a codec. */
export interface MessageDecoder<Message> {
  readonly typeName: string;
  decode(bytes: Uint8Array): Message;
}

/** The encoding half of a codec. */
export interface MessageEncoder<Message> {
  readonly typeName: string;
  encode(message: Message): Uint8Array;
}

/** A method with one request and one response, as every transport calls it. */
export interface RpcMethod<Request = unknown, Response = unknown> {
  readonly path: string;
  readonly requestType: MessageDecoder<Request>;
  readonly responseType: MessageEncoder<Response>;
  /**
   * Answers a request. Throws `ServiceError` for an answer other than OK; anything else that is thrown is our bug and
   * becomes INTERNAL. Bytes fields of the request may be views on a larger buffer: copy what outlives the call.
   */
  handle(request: Request, context: CallContext): Promise<Response | EncodedMessage>;
}

/** A method with one request and a stream of responses. */
export interface ServerStreamMethod<Request = unknown, Response = unknown> {
  readonly path: string;
  readonly requestType: MessageDecoder<Request>;
  readonly responseType: MessageEncoder<Response>;
  /**
   * Sends responses until the returned promise settles; rejecting with a `ServiceError` ends the stream with its status.
   * `send` returns false while the caller lags behind.
   */
  stream(request: Request, context: CallContext, send: (response: Response) => boolean): Promise<void>;
}

/** Any method. */
export type AnyRpcMethod = RpcMethod | ServerStreamMethod;

/** `StartWorkflowExecution` of `/temporal.api.workflowservice.v1.WorkflowService/StartWorkflowExecution`. */
export function shortMethodName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `temporal.api.workflowservice.v1.WorkflowService` of the same path. */
export function serviceName(path: string): string {
  return path.slice(1, Math.max(1, path.lastIndexOf('/')));
}
