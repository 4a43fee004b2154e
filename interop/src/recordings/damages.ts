import fc from 'fast-check';
import { enums, history } from '@perdure/protocol';

type Event = history.HistoryEvent;

/** A history that somebody has tampered with. */
export class Damage {
  constructor(
    /** In words, for whoever reads a failed test. */
    readonly what: string,
    readonly events: readonly Event[],
  ) {}

  [fc.toStringMethod](): string {
    return this.what;
  }
}

const type = enums.EventType;

/** What each event that a command led to tells of it, as replay holds it against the command. */
const ESSENTIALS: Readonly<Record<string, readonly string[]>> = {
  activityTaskScheduledEventAttributes: ['activityId', 'activityType'],
  activityTaskCancelRequestedEventAttributes: ['scheduledEventId'],
  timerStartedEventAttributes: ['timerId'],
  timerCanceledEventAttributes: ['timerId'],
  startChildWorkflowExecutionInitiatedEventAttributes: ['workflowId', 'workflowType'],
  signalExternalWorkflowExecutionInitiatedEventAttributes: ['signalName', 'workflowExecution'],
  requestCancelExternalWorkflowExecutionInitiatedEventAttributes: ['workflowExecution'],
  workflowExecutionUpdateCompletedEventAttributes: ['meta'],
  markerRecordedEventAttributes: ['details'],
};

/** Ways to damage a history. */
export const damages = {
  /** Damages what commands led to: each has to be noticed. */
  ofCommandEvents(events: readonly Event[]): fc.Arbitrary<Damage> {
    const commandEvents = events.filter((event) => attributeNameOf(event) in ESSENTIALS);
    if (commandEvents.length === 0) return fc.constantFrom(...[1, 2].map((id) => dropped(events, id)));
    const target = fc.constantFrom(...commandEvents.map(({ eventId }) => eventId));
    return fc.oneof(
      target.map((id) => dropped(events, id)),
      target.map((id) => replaced(events, id, 'made an unknown one', () => ({ eventType: 999 as never }))),
      target.map((id) => replaced(events, id, 'made an upsert', () => asUpsert)),
      target.map((id) => swapped(events, id)),
      target.chain((id) =>
        fc
          .constantFrom(...(ESSENTIALS[attributeNameOf(events[id - 1] as Event)] ?? []))
          .map((field) => changed(events, id, field)),
      ),
    );
  },

  /** Damages anything. */
  ofAnyEvents(events: readonly Event[]): fc.Arbitrary<Damage> {
    const target = fc.integer({ min: 1, max: events.length });
    return fc.oneof(
      target.map((id) => dropped(events, id)),
      target.map((id) => replaced(events, id, 'left empty', ({ eventType }) => ({ eventType }))),
      target.map((id) => replaced(events, id, 'made an unknown one', () => ({ eventType: 999 as never }))),
      target.map((id) => swapped(events, id)),
      fc.tuple(target, target).map(([id, other]) => copied(events, id, other)),
      fc.tuple(target, fc.integer({ min: 0, max: 20 })).map(([id, index]) => scrambled(events, id, index)),
      target.map((id) => new Damage(`cut after event ${id}`, events.slice(0, id))),
    );
  },
};

const asUpsert: Partial<Event> = {
  eventType: type.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED,
  workflowPropertiesModifiedEventAttributes: { workflowTaskCompletedEventId: 4 },
};

function dropped(events: readonly Event[], id: number): Damage {
  return new Damage(
    `event ${id} dropped`,
    events.filter(({ eventId }) => eventId !== id),
  );
}

function replaced(events: readonly Event[], id: number, what: string, by: (event: Event) => Partial<Event>): Damage {
  const replacement = (event: Event): Event => {
    const { eventId, eventTime } = event;
    return { eventId, eventTime, ...by(event) } as Event;
  };
  return new Damage(
    `event ${id} ${what}`,
    events.map((event) => (event.eventId === id ? replacement(event) : event)),
  );
}

/** Two neighbours with their numbers. */
function swapped(events: readonly Event[], id: number): Damage {
  const other = id === events.length ? id - 1 : id + 1;
  const order = events.map(({ eventId }) => (eventId === id ? other : eventId === other ? id : eventId));
  return new Damage(
    `events ${id} and ${other} swapped`,
    order.map((eventId) => events[eventId - 1] as Event),
  );
}

/** What one event says, said by another as well. */
function copied(events: readonly Event[], id: number, other: number): Damage {
  const { eventId: _, ...said } = events[other - 1] as Event;
  return replaced(events, id, `made a copy of event ${other}`, () => said);
}

function changed(events: readonly Event[], id: number, field: string): Damage {
  const change = (value: unknown): unknown => {
    if (typeof value === 'string') return `${value}-changed`;
    if (typeof value === 'number') return value + 1;
    if (value instanceof Uint8Array) return new TextEncoder().encode('not what it was');
    if (Array.isArray(value)) return value.map(change);
    return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, change(item)]));
  };
  return replaced(events, id, `with another ${field}`, (event) => withAttributes(event, (attributes) => ({ ...attributes, [field]: change(attributes[field]) }))); // prettier-ignore
}

/** One field gone, over the wire: what comes of that is what nobody wrote. */
function scrambled(events: readonly Event[], id: number, index: number): Damage {
  const event = events[id - 1] as Event;
  const fields = Object.keys(attributesOf(event));
  const field = fields[index % Math.max(1, fields.length)] ?? '';
  const less = withAttributes(event, ({ [field]: _, ...rest }) => rest);
  return replaced(events, id, `without its ${field}`, () =>
    history.HistoryEvent.decode(history.HistoryEvent.encode(less).slice()),
  );
}

function withAttributes(event: Event, by: (attributes: Record<string, unknown>) => object): Event {
  return { ...event, [attributeNameOf(event)]: by(attributesOf(event)) };
}

function attributesOf(event: Event): Record<string, unknown> {
  return (event as unknown as Record<string, Record<string, unknown> | undefined>)[attributeNameOf(event)] ?? {};
}

function attributeNameOf(event: Event): string {
  return (
    Object.keys(event).find((key) => key.endsWith('EventAttributes') && event[key as keyof Event] !== undefined) ?? ''
  );
}
