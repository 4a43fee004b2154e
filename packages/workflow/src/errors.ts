import type { ActivityResolution } from '@perdure/common/activation';
import { ActivityFailure, CancelledFailure, ChildWorkflowFailure, NexusOperationFailure } from '@perdure/common';
import { SymbolBasedInstanceOfError } from '@perdure/common/internal';

/** Workflow code, or the runtime beneath it, was used in a way that cannot work. Fails the workflow task. */
export class WorkflowError extends Error {}
SymbolBasedInstanceOfError('WorkflowError')(WorkflowError);

/** Workflow code did what cannot be the same on replay. Fails the workflow task. */
export class DeterminismViolationError extends WorkflowError {}
SymbolBasedInstanceOfError('DeterminismViolationError')(DeterminismViolationError);

/** How a local activity says that its next attempt is too far away to wait for. */
export type Backoff = Extract<ActivityResolution, { status: 'backoff' }>;

/** A local activity is to be scheduled again after a timer. Workflow code never sees it. */
export class LocalActivityDoBackoff extends Error {
  readonly backoff: Backoff;

  constructor(backoff: Backoff) {
    super();
    this.backoff = backoff;
  }
}
SymbolBasedInstanceOfError('LocalActivityDoBackoff')(LocalActivityDoBackoff);

/** Whether an error comes from a cancellation: of this workflow, or of an activity, child workflow or operation. */
export function isCancellation(err: unknown): boolean {
  if (err instanceof CancelledFailure) return true;
  const wraps =
    err instanceof ActivityFailure || err instanceof ChildWorkflowFailure || err instanceof NexusOperationFailure;
  return wraps && isCancellation(err.cause);
}
