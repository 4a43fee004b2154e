import type { common, failure } from '@perdure/protocol';

/** The end of an operation that was started and did not complete at once. */
export interface NexusCompletion {
  readonly operationToken?: string | undefined;
  /** When the operation began, for an end that overtakes the answer to its start. Epoch milliseconds. */
  readonly startTimeMs?: number | undefined;
  /** To whatever stands for the operation at its handler. */
  readonly links: readonly common.ILink[];
  readonly outcome:
    | { readonly kind: 'succeeded'; readonly result: common.IPayload | undefined }
    | { readonly kind: 'failed' | 'canceled'; readonly failure: failure.IFailure };
}

/** The URL of callbacks that stay within this server: what callers over HTTP put in its place leads back to it. */
export const SYSTEM_CALLBACK_URL = 'temporal://system';

/** Takes the news of the end of operations. */
export interface NexusCompletions {
  /**
   * Tells the calling run. Durable when it resolves.
   *
   * @param token what `callbackHeaders` of the start held under `nexus-callback-token`
   * @throws ServiceError `INVALID_ARGUMENT` for a token that this server did not make; `NOT_FOUND` when the run or the
   * operation is no longer there, which includes that it has ended already
   */
  complete(token: string, completion: NexusCompletion): Promise<void>;
}
