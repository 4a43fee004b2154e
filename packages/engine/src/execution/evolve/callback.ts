import type { common } from '@perdure/protocol';
import type { CallbackTriedFact } from '../facts.js';
import { NO_TRIES, type CallbackState } from '../nexus-state.js';
import type { StateDraft } from '../state-draft.js';
import { afterFailure } from './nexus.js';

/** Adds those who are to be told of the end. */
export function callbacksAdded(
  draft: StateDraft,
  callbacks: readonly common.ICallback[] | null | undefined,
  registeredTimeMs: number,
): void {
  if (callbacks == null || callbacks.length === 0) return;
  const added = callbacks.map((callback): CallbackState => ({
    callback,
    registeredTimeMs,
    phase: 'standby',
    tries: NO_TRIES,
  }));
  draft.set({ callbacks: [...draft.state.callbacks, ...added] });
}

/** The chain of runs has ended: they are to be told now. */
export function triggered(callbacks: readonly CallbackState[]): readonly CallbackState[] {
  return callbacks.length === 0 ? callbacks : callbacks.map((each) => ({ ...each, phase: 'scheduled' }));
}

/** One of them was told, will not have it, or could not be told yet. */
export function callbackTried(draft: StateDraft, tried: CallbackTriedFact): void {
  change(draft, tried.index, (before) => {
    const tries = afterFailure(before.tries, tried);
    return { ...before, phase: tried.outcome, tries };
  });
}

/** It is tried again. */
export function callbackBackoffEnded(draft: StateDraft, index: number): void {
  change(draft, index, (before) => ({
    ...before,
    phase: 'scheduled',
    tries: { ...before.tries, nextAttemptTimeMs: undefined },
  }));
}

function change(draft: StateDraft, index: number, changed: (before: CallbackState) => CallbackState): void {
  draft.set({ callbacks: draft.state.callbacks.map((each, at) => (at === index ? changed(each) : each)) });
}
