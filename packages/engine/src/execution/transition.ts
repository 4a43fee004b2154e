import type { Limits } from '../limits.js';
import type { Effect } from './effects.js';
import type { Fact } from './facts.js';
import type { ExecutionKey, ExecutionState } from './state.js';

/**
 * What `decide` answers: the facts to journal, the state they lead to, and what the shell has to do once they are
 * durable. `state` always equals `evolve(before, facts)`.
 */
export interface Transition {
  readonly key: ExecutionKey;
  /** Sequence of the state after this transition. */
  readonly sequence: number;
  readonly facts: readonly Fact[];
  readonly state: ExecutionState;
  readonly effects: readonly Effect[];
}

/** What varies from one decision to the next and is not state: time, identity, limits. */
export interface DecideContext {
  /** Epoch milliseconds. */
  readonly nowMs: number;
  /** A fresh random UUID. */
  readonly newId: () => string;
  readonly limits: Limits;
  /** How long closed runs of a namespace are kept, in milliseconds. */
  readonly retentionMs: (namespaceId: string) => number;
}
