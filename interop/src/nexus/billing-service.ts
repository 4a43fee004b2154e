import * as nexus from 'nexus-rpc';

/** What the operations of these tests are called, for callers and handlers. */
export const billing = nexus.service('billing', {
  /** Answers at once. */
  greet: nexus.operation<string, string>(),
  /** Fails as it is told. */
  fail: nexus.operation<FailureKind, string>(),
  /** Runs a workflow, which completes with what it is signalled. */
  invoice: nexus.operation<string, string>(),
});

/** How `fail` fails. */
export type FailureKind = 'operation' | 'canceled' | 'handler' | 'retryable' | 'bug';
