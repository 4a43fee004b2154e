import { enums, history } from '@perdure/protocol';
import type { ActivationJob } from '@perdure/common/activation';
import type { EventFollower, MachineContext, OutgoingCommand } from '../context.js';

/** What a state machine sees of its run, in the hands of a test. */
export class FakeContext implements MachineContext {
  readonly namespace = 'default';
  readonly runId = 'run-1';
  isReplaying = false;
  clockMs = 1000;
  /** Commands of the workflow task under way. */
  sent: OutgoingCommand[] = [];
  private told: ActivationJob[] = [];
  private readonly followers = new Map<number, EventFollower>();
  private lastEventId = 10;

  send(outgoing: OutgoingCommand): void {
    this.sent.push(outgoing);
  }

  withdraw(outgoing: OutgoingCommand): boolean {
    const index = this.sent.indexOf(outgoing);
    if (index < 0) return false;
    this.sent.splice(index, 1);
    return true;
  }

  notify(job: ActivationJob): void {
    this.told.push(job);
  }

  follow(eventId: number, machine: EventFollower): void {
    this.followers.set(eventId, machine);
  }

  /** Kinds of the commands that are to be sent. */
  get commandTypes(): readonly string[] {
    return this.sent.map(({ command: { commandType } }) =>
      nameOf(enums.CommandType, commandType ?? 0, 'COMMAND_TYPE_'),
    );
  }

  /** The server has recorded the commands; gives the ids of their events. */
  record(): readonly number[] {
    const ids = this.sent.map(({ eventType, recorded }) => {
      this.lastEventId += 1;
      recorded?.(eventOf({ eventId: this.lastEventId, eventType: eventType as enums.EventType }));
      return this.lastEventId;
    });
    this.sent = [];
    return ids;
  }

  /** Something happens to what was begun by the event with the id. */
  happen(begunBy: number | undefined, event: history.IHistoryEvent): void {
    this.lastEventId += 1;
    this.followers.get(begunBy ?? 0)?.handle(eventOf({ eventId: this.lastEventId, ...event }));
  }

  /** What workflow code was told since it was last asked. */
  takeJobs(): readonly ActivationJob[] {
    return this.told.splice(0);
  }
}

/** An event as it comes off the wire: with every field that it has. */
export function eventOf(event: history.IHistoryEvent): history.HistoryEvent {
  return history.HistoryEvent.decode(history.HistoryEvent.encode(event).slice());
}

function nameOf(values: Readonly<Record<string, number>>, value: number, prefix: string): string {
  const found = Object.entries(values).find(([, number]) => number === value);
  return found?.[0].slice(prefix.length) ?? '';
}
