import type { command, history, protocol } from '@perdure/protocol';
import type { ActivationJob, CallSite } from '@perdure/common/activation';

/** A command on its way: sent with the answer to a workflow task, and found again as an event of the history. */
export interface OutgoingCommand {
  readonly command: command.ICommand;
  /** In words, for errors. */
  readonly description: string;
  readonly callSite: CallSite | undefined;
  /** Why this event is not the command's; `undefined` if it is. Only asked about events of `eventType`. */
  readonly differs: (event: history.HistoryEvent) => string | undefined;
  /** `temporal.api.enums.v1.EventType` of the event that the command leads to. */
  readonly eventType: number;
  /** The event was found. */
  readonly recorded?: ((event: history.HistoryEvent) => void) | undefined;
  /** An update's message, which travels with the command. */
  readonly message?: protocol.IMessage | undefined;
  /** The marker of a local activity: told by its number, whatever stands before it. */
  readonly isUnordered?: boolean | undefined;
  /** A deprecated patch: the history may lack it. */
  readonly isOptional?: boolean | undefined;
}

/** What a state machine may do to its run. */
export interface MachineContext {
  readonly namespace: string;
  readonly runId: string;
  readonly isReplaying: boolean;
  /** What workflow code takes for now, in epoch milliseconds. */
  readonly clockMs: number;
  /** Queues a command behind those that are there. */
  send(outgoing: OutgoingCommand): void;
  /** Takes a command back. True if it had not been sent, and so will never be. */
  withdraw(outgoing: OutgoingCommand): boolean;
  /** Tells workflow code something in its next activation. */
  notify(job: ActivationJob): void;
  /** Events that refer to this event id belong to this machine. */
  follow(eventId: number, machine: EventFollower): void;
}

/** Takes the events that refer to the event its command led to. */
export interface EventFollower {
  handle(event: history.HistoryEvent): void;
}
