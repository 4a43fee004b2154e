import { enums } from '@perdure/protocol';
import type { CallbackState, NexusOperationState } from './nexus-state.js';

const { TimeoutType } = enums;

/** What happens by itself to Nexus operations and callbacks. Epoch milliseconds. */
export type NexusDue =
  | {
      readonly kind: 'nexusRetry';
      readonly dueMs: number;
      readonly request: 'start' | 'cancel';
      readonly scheduledEventId: number;
    }
  | {
      readonly kind: 'nexusTimeout';
      readonly dueMs: number;
      readonly scheduledEventId: number;
      readonly timeoutType: enums.TimeoutType;
    }
  /** The one thing that is due after the close of a run. */
  | { readonly kind: 'callbackRetry'; readonly dueMs: number; readonly index: number };

/** What is due of one operation. */
export function* nexusDues(operation: NexusOperationState): Generator<NexusDue> {
  const { timeouts, scheduledEventId, scheduledTimeMs, phase, tries, cancellation } = operation;
  const timeout = (dueMs: number, timeoutType: enums.TimeoutType): NexusDue => ({
    kind: 'nexusTimeout',
    dueMs,
    scheduledEventId,
    timeoutType,
  });
  if (timeouts.scheduleToCloseMs !== undefined)
    yield timeout(scheduledTimeMs + timeouts.scheduleToCloseMs, TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_CLOSE);
  if (phase !== 'started' && timeouts.scheduleToStartMs !== undefined)
    yield timeout(scheduledTimeMs + timeouts.scheduleToStartMs, TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START);
  if (phase === 'started' && timeouts.startToCloseMs !== undefined)
    yield timeout((operation.startedTimeMs ?? 0) + timeouts.startToCloseMs, TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE);
  if (phase === 'backoff')
    yield { kind: 'nexusRetry', dueMs: tries.nextAttemptTimeMs ?? 0, request: 'start', scheduledEventId };
  if (cancellation?.phase === 'backoff') {
    const dueMs = cancellation.tries.nextAttemptTimeMs ?? 0;
    yield { kind: 'nexusRetry', dueMs, request: 'cancel', scheduledEventId };
  }
}

/** What is due of the callbacks of a run. */
export function* callbackDues(callbacks: readonly CallbackState[]): Generator<NexusDue> {
  for (const [index, { phase, tries }] of callbacks.entries())
    if (phase === 'backoff') yield { kind: 'callbackRetry', dueMs: tries.nextAttemptTimeMs ?? 0, index };
}
