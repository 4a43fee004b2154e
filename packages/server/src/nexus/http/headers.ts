/** Names of headers that Nexus over HTTP gives a meaning, and the state of operations in one of them. */
export const HEADERS = {
  requestId: 'nexus-request-id',
  link: 'nexus-link',
  callbackPrefix: 'nexus-callback-',
  operationState: 'nexus-operation-state',
  operationToken: 'nexus-operation-token',
  operationStartTime: 'nexus-operation-start-time',
  retryable: 'nexus-request-retryable',
  requestTimeout: 'request-timeout',
  /** Temporal's: the caller understands failures that say what they are. */
  failureSupport: 'temporal-nexus-failure-support',
  /** Temporal's: the failure comes from the worker, not from the server before it. */
  failureSource: 'temporal-nexus-failure-source',
} as const;

/** The status of an operation that has ended without success. */
export const STATUS_UNSUCCESSFUL = 424;
