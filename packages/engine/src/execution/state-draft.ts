import type { ExecutionState } from './state.js';
import { copyState, type MutableState } from './state-copy.js';

type MapField = {
  [K in keyof ExecutionState]: ExecutionState[K] extends ReadonlyMap<infer _K, infer _V> ? K : never;
}[keyof ExecutionState];
type MutableMap<K extends MapField> = ExecutionState[K] extends ReadonlyMap<infer A, infer B> ? Map<A, B> : never;

/**
 * A copy-on-write view of a state. The record is copied once; a collection is copied the first time it changes.
 */
export class StateDraft {
  private readonly record: MutableState;
  /** The collections that were copied; most decisions change none. */
  private owned: MapField[] | undefined;

  constructor(before: ExecutionState) {
    this.record = copyState(before);
  }

  get state(): ExecutionState {
    return this.record;
  }

  /** Overwrites fields. */
  set(changes: Partial<ExecutionState>): void {
    Object.assign(this.record, changes);
  }

  /** The collection, ready to be changed. */
  map<K extends MapField>(field: K): MutableMap<K> {
    if (this.owned?.includes(field) !== true) {
      this.owned = [...(this.owned ?? []), field];
      (this.record as Record<MapField, unknown>)[field] = new Map(this.record[field] as ReadonlyMap<unknown, unknown>);
    }
    return this.record[field] as unknown as MutableMap<K>;
  }

  addSignalRequestId(requestId: string): void {
    this.record.signalRequestIds = this.record.signalRequestIds.with(requestId);
  }

  advanceSequence(): void {
    this.record.sequence += 1;
  }
}
