import { evolve, isClosed, type ExecutionState, type Transition } from '@perdure/engine';
import { HistoryTail } from './history-tail.js';

/** What changed in an execution, told after it became durable. */
export interface ExecutionChange {
  readonly live: LiveExecution;
}

export type ChangeListener = () => void;

const BASE_SIZE_BYTES = 4096;
const PER_PENDING_ITEM_BYTES = 600;

/**
 * One run in memory: its state with everything decided so far, and how much of that is durable and how much has
 * reached the tables. Belongs to one shard, which alone changes it.
 */
export class LiveExecution {
  readonly history: HistoryTail;
  /** Queries that wait for a workflow task of this run; owned by the query service. */
  attachments: Map<symbol, unknown> | undefined;

  /** History up to here is durable and may be shown. */
  durableNextEventId: number;
  durableClosed: boolean;
  /** Events up to here are in the history table. */
  storedThroughEventId: number;
  /** Changes since the last materialisation. */
  dirty = false;
  /** Commits under way; the run must stay in memory until they are done. */
  commitsInFlight = 0;
  /** Rendered unusable by a failed commit: whoever still holds it must load it again. */
  discarded = false;
  /** Due time that is in the timer heap, to avoid entering it twice. */
  scheduledDueMs: number | undefined;
  isCurrent: boolean;

  private listeners: Set<ChangeListener> | undefined;

  constructor(
    public state: ExecutionState,
    loaded: { readonly storedThroughEventId: number; readonly isCurrent: boolean; readonly durable: boolean },
  ) {
    this.history = new HistoryTail(loaded.storedThroughEventId + 1);
    this.storedThroughEventId = loaded.storedThroughEventId;
    this.durableNextEventId = loaded.durable ? state.nextEventId : 1;
    this.durableClosed = loaded.durable && isClosed(state);
    this.isCurrent = loaded.isCurrent;
  }

  /** Takes a transition over: the new state, and its events into the tail. */
  install(transition: Transition): void {
    this.state = transition.state;
    this.appendEvents(transition.facts);
    this.dirty = true;
  }

  /** Folds a journalled transition in; for recovery. */
  replay(facts: Transition['facts']): void {
    this.state = evolve(this.state, facts);
    this.appendEvents(facts);
    this.dirty = true;
    this.durableNextEventId = this.state.nextEventId;
    this.durableClosed = isClosed(this.state);
  }

  private appendEvents(facts: Transition['facts']): void {
    for (const fact of facts) {
      if (fact.kind === 'event') this.history.append(fact.bytes);
      else if (fact.kind === 'bufferFlushed') for (const event of fact.events) this.history.append(event.bytes);
    }
  }

  /** Calls the listener after each commit that changed this run, until the returned function is called. */
  onDurableChange(listener: ChangeListener): () => void {
    this.listeners ??= new Set();
    this.listeners.add(listener);
    return () => this.listeners?.delete(listener);
  }

  notifyDurable(): void {
    if (this.listeners === undefined) return;
    for (const listener of [...this.listeners]) listener();
  }

  /** Somebody waits for this run in memory; it must not be evicted. */
  get isWatched(): boolean {
    return (this.listeners !== undefined && this.listeners.size > 0) || (this.attachments !== undefined && this.attachments.size > 0);
  }

  /** Rough memory held, for the cache bound. */
  get sizeBytes(): number {
    const { activities, timers, children, externalRequests, updates, bufferedSizeBytes } = this.state;
    const pending = activities.size + timers.size + children.size + externalRequests.size + updates.size;
    return BASE_SIZE_BYTES + this.history.sizeBytes + bufferedSizeBytes + pending * PER_PENDING_ITEM_BYTES;
  }
}
