import type { failure } from '@perdure/protocol';
import { accept, type Decision } from '../decision.js';
import { Draft } from '../draft.js';
import type { ExecutionState } from '../state.js';
import type { DecideContext } from '../transition.js';
import { failedTry } from './nexus.js';

/** What the attempt to tell somebody of the end came to. */
export type CallbackOutcome =
  | { readonly kind: 'delivered' }
  /** It will not be taken, however often it is tried. */
  | { readonly kind: 'refused'; readonly failure: failure.IFailure }
  | { readonly kind: 'retry'; readonly failure: failure.IFailure };

/**
 * Records the outcome; hearing it twice changes nothing.
 *
 * @param tries how many attempts had ended before this one
 */
export function recordCallback(
  state: ExecutionState,
  { index, tries }: { readonly index: number; readonly tries: number },
  outcome: CallbackOutcome,
  context: DecideContext,
): Decision {
  const draft = new Draft(state, context);
  const callback = state.callbacks[index];
  if (callback?.phase !== 'scheduled' || callback.tries.completed !== tries) return accept(draft.finish());
  const completedTimeMs = context.nowMs;
  const ended = { completedTimeMs, nextAttemptTimeMs: undefined };
  switch (outcome.kind) {
    case 'delivered':
      draft.record({ kind: 'callbackTried', callback: { index, outcome: 'succeeded', ...ended, failure: undefined } });
      break;
    case 'refused':
      draft.record({
        kind: 'callbackTried',
        callback: { index, outcome: 'failed', ...ended, failure: outcome.failure },
      });
      break;
    case 'retry': {
      const failed = failedTry(draft, tries + 1, outcome.failure);
      draft.record({ kind: 'callbackTried', callback: { index, outcome: 'backoff', ...failed } });
      break;
    }
    default:
      outcome satisfies never;
  }
  return accept(draft.finish());
}
