/** Metadata of a call. Keys that end in `-bin` take bytes, all others text. */
export type RpcMetadata = Readonly<Record<string, string | Uint8Array>>;

/** What a caller may say about a call. */
export interface RpcCallOptions {
  readonly metadata?: RpcMetadata | undefined;
  /** How long the caller waits; the other side is told. Without it the call may take forever. */
  readonly timeoutMs?: number | undefined;
  /** Cancels the call when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** Makes something of the bytes of an answer. */
export type ReadAnswer<T> = (answer: Uint8Array) => T;

/**
 * Carries unary calls to a server. The rest of client and worker does not know which adapter it has. Messages travel encoded;
 * the codecs are those of `@perdure/protocol`.
 */
export interface RpcTransport {
  /**
   * Calls a method by its path (`/package.Service/Method`). Rejects with the same error class whatever the adapter:
   * `GrpcServiceError`, with the code, the message and the metadata of the answer, `grpc-status-details-bin` among it.
   */
  call(path: string, request: Uint8Array, options: RpcCallOptions): Promise<Uint8Array>;
  /**
   * The same, for what `read` makes of the answer: a promise less than `call` and a `then`. Rejects with what `read` throws. An adapter
   * without it is asked with `call`.
   */
  callFor?<T>(path: string, request: Uint8Array, options: RpcCallOptions, read: ReadAnswer<T>): Promise<T>;
  /** Ends every call with UNAVAILABLE and lets go of the connection. Idempotent. */
  close(): Promise<void>;
}
