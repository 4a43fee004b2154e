import { evolve, isClosed, type ExecutionState, type Transition } from '@perdure/engine';
import { HistoryTail } from './history-tail.js';
import type { RunTarget } from './ports.js';

/** Called after a commit that changed the run, and when the run leaves memory for good. */
export type ChangeListener = () => void;

/** An entry of the timer heap; a cancelled one is passed over. */
export interface TimerEntry {
  readonly dueMs: number;
  readonly target: RunTarget;
  cancelled: boolean;
}

/** What a row for list queries was made of; as long as these are the same objects, the row is the same. */
export interface VisibilitySource {
  readonly status: number;
  readonly memo: object;
  readonly searchAttributes: object;
  readonly executionTimeMs: number;
}

/** Objects, map entries and typed arrays around what is counted: a run of one activity takes 9.5 KB all told, measured on Node 20. */
const BASE_SIZE_BYTES = 7_680;
/** A decoded state takes about this many times the room of its snapshot. */
const DECODED_FACTOR = 2;

/** How a run comes into memory. */
export interface LoadedExecution {
  readonly storedThroughEventId: number;
  readonly isCurrent: boolean;
  readonly durable: boolean;
  /** What the journal may still hold of it is not behind this position; 0 for a new run. */
  readonly journalledThrough: number;
  /** Size of the snapshot it was read from; 0 for a new run. */
  readonly snapshotSizeBytes: number;
}

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
  /** Events up to here are in the history table, or on their way there. */
  storedThroughEventId: number;
  /** Not everything of this run is in the tables: it must stay in memory. */
  dirty = false;
  /** When it is due as the tables know it, or will with what is on its way there. */
  storedDueMs: number | undefined;
  /** No journal row behind this position holds anything of it. */
  journalledThrough: number;
  /** Commits under way; the run must stay in memory until they are done. */
  commitsInFlight = 0;
  /** No longer the run in memory, after a failed commit, an eviction or a deletion: whoever holds it must load it again. */
  discarded = false;
  /** Deleted: nobody finds it any more, and the next round takes it out of the tables. */
  removed = false;
  /** Where this run stands in the timer heap. */
  timerEntry: TimerEntry | undefined;
  /** Of the row that was written last. */
  visibilitySource: VisibilitySource | undefined;
  isCurrent: boolean;
  /** Found since the last look of the eviction. */
  recentlyUsed = false;
  /** What the cache counts it as. */
  accountedSizeBytes = 0;

  private stateSizeBytes: number;
  private listeners: Set<ChangeListener> | undefined;

  constructor(
    public state: ExecutionState,
    loaded: LoadedExecution,
  ) {
    this.history = new HistoryTail(loaded.storedThroughEventId + 1);
    this.storedThroughEventId = loaded.storedThroughEventId;
    this.journalledThrough = loaded.journalledThrough;
    this.durableNextEventId = loaded.durable ? state.nextEventId : 1;
    this.durableClosed = loaded.durable && isClosed(state);
    this.isCurrent = loaded.isCurrent;
    this.stateSizeBytes = loaded.snapshotSizeBytes * DECODED_FACTOR;
  }

  /** Takes a transition over: the new state, and its events into the tail. */
  install(transition: Transition, journalledSizeBytes: number): void {
    this.state = transition.state;
    this.appendEvents(transition.facts);
    this.stateSizeBytes += journalledSizeBytes;
    this.dirty = true;
  }

  /** A transition has become durable. Commits of one run are told in order; the later of two is never taken back. */
  becomeDurable(transition: Transition): void {
    this.commitsInFlight -= 1;
    this.durableNextEventId = Math.max(this.durableNextEventId, transition.state.nextEventId);
    this.durableClosed ||= isClosed(transition.state);
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

  /** Out of memory for good; whoever waits for a change is told, and finds it discarded. */
  discard(): void {
    if (this.discarded) return;
    this.discarded = true;
    this.notifyDurable();
  }

  /** Deleted, or about to be: for everybody but the cleaner there is no such run. */
  get isGone(): boolean {
    return this.removed || this.state.deleted;
  }

  /** Somebody waits for this run in memory; it must not be evicted. */
  get isWatched(): boolean {
    return (
      (this.listeners !== undefined && this.listeners.size > 0) ||
      (this.attachments !== undefined && this.attachments.size > 0)
    );
  }

  /** Nothing and nobody needs this run to stay in memory. */
  get isEvictable(): boolean {
    return !this.dirty && this.commitsInFlight === 0 && !this.removed && !this.isWatched;
  }

  /** The size of its state is known exactly when its snapshot has been made. */
  measure(snapshotSizeBytes: number): void {
    this.stateSizeBytes = snapshotSizeBytes * DECODED_FACTOR;
  }

  /** Rough memory held, for the cache bound. */
  get sizeBytes(): number {
    return BASE_SIZE_BYTES + this.history.sizeBytes + this.stateSizeBytes;
  }
}
