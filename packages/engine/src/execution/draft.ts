import { history, msToTimestamp, type common, type enums, type sdk } from '@perdure/protocol';
import { isPending, pendingEffects, type Effect } from './effects.js';
import { applyFact } from './evolve/index.js';
import type { Fact, RecordedEvent } from './facts.js';
import { StateDraft } from './state-draft.js';
import { isClosed, type ExecutionState } from './state.js';
import type { DecideContext, Transition } from './transition.js';

/** The attributes member of an event, such as `{ timerFiredEventAttributes: {...} }`. */
export type EventAttributes = Omit<
  history.IHistoryEvent,
  'eventId' | 'eventTime' | 'eventType' | 'version' | 'taskId' | 'userMetadata' | 'links' | 'workerMayIgnore'
>;

/** What an event carries beside its attributes. */
export interface EventExtras {
  readonly userMetadata?: sdk.IUserMetadata | null | undefined;
  readonly links?: readonly common.ILink[] | null | undefined;
  readonly workerMayIgnore?: boolean;
  /** When it happened, if not now: an activity's start is written when the activity closes. */
  readonly timeMs?: number;
}

/**
 * A decision in the making. Each fact is applied the moment it is recorded, so later steps of the same decision see
 * what earlier ones did; the state it started from is left untouched, so a decision can be dropped half way.
 */
export class Draft {
  readonly facts: Fact[] = [];
  readonly effects: Effect[] = [];
  private readonly stateDraft: StateDraft;

  constructor(
    private readonly before: ExecutionState,
    readonly context: DecideContext,
  ) {
    this.stateDraft = new StateDraft(before);
  }

  get state(): ExecutionState {
    return this.stateDraft.state;
  }

  get nowMs(): number {
    return this.context.nowMs;
  }

  /** Makes a fact true. */
  record(fact: Fact): void {
    this.facts.push(fact);
    applyFact(this.stateDraft, fact);
  }

  effect(effect: Effect): void {
    this.effects.push(effect);
  }

  /** Writes an event to history and returns its id. */
  event(type: enums.EventType, attributes: EventAttributes, extras: EventExtras = {}): number {
    const eventId = this.state.nextEventId;
    const { event, bytes } = this.encode(eventId, type, attributes, extras);
    this.record({ kind: 'event', event, bytes });
    return eventId;
  }

  /** Takes an event over from another run's history, unchanged. */
  copyEvent(event: history.IHistoryEvent): void {
    if (event.eventId !== this.state.nextEventId) {
      throw new Error(
        `Invariant violated: event ${event.eventId ?? 'without id'} copied where ${this.state.nextEventId} is next`,
      );
    }
    this.record({ kind: 'event', event, bytes: history.HistoryEvent.encode(event) });
  }

  /**
   * Writes an event, unless a workflow task is running: what a worker has not seen must not come before what it
   * decides now, so the event then waits in the buffer for its id. Returns the id, or 0 if buffered.
   */
  eventOrBuffer(type: enums.EventType, attributes: EventAttributes, extras: EventExtras = {}): number {
    const task = this.state.workflowTask;
    if (task === undefined || task.startedEventId === 0) return this.event(type, attributes, extras);
    const { event, bytes } = this.encode(0, type, attributes, extras);
    this.record({ kind: 'eventBuffered', event, bytes });
    return 0;
  }

  /** Ends the decision. A decision that changed nothing has no facts; the shell then has nothing to journal. */
  finish(): Transition {
    if (this.facts.length > 0) this.stateDraft.advanceSequence();
    const state = this.state;
    const closedNow = isClosed(state) && !isClosed(this.before);
    const effects = closedNow ? pendingEffects(state) : this.stillPending(state);
    return { key: state.key, sequence: state.sequence, facts: this.facts, state, effects };
  }

  private stillPending(state: ExecutionState): Effect[] {
    return this.effects.length === 0 ? this.effects : this.effects.filter((effect) => isPending(state, effect));
  }

  private encode(
    eventId: number,
    type: enums.EventType,
    attributes: EventAttributes,
    extras: EventExtras,
  ): RecordedEvent {
    const event: history.IHistoryEvent = {
      eventId,
      eventTime: msToTimestamp(extras.timeMs ?? this.nowMs),
      eventType: type,
      ...attributes,
    };
    if (extras.userMetadata != null) event.userMetadata = extras.userMetadata;
    if (extras.links != null && extras.links.length > 0) event.links = extras.links;
    if (extras.workerMayIgnore === true) event.workerMayIgnore = true;
    return { event, bytes: history.HistoryEvent.encode(event) };
  }
}

/** Gives a buffered event its place in history. */
export function numberBufferedEvent(event: history.IHistoryEvent, eventId: number): RecordedEvent {
  const numbered: history.IHistoryEvent = { ...event, eventId };
  return { event: numbered, bytes: history.HistoryEvent.encode(numbered) };
}
