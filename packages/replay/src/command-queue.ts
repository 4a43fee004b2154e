import { enums, type history } from '@perdure/protocol';
import type { OutgoingCommand } from './context.js';
import { NondeterminismError } from './errors.js';
import { isChangeVersionUpsert, readPatchMarker } from './machines/patch.js';

const OF_ANOTHER_KIND = 'of another kind';

/**
 * The commands of a run on their way to the history. Those of the workflow task under way may still be taken back; those of
 * earlier tasks wait for the events that they led to, which come in the same order.
 */
export class CommandQueue {
  private readonly commands: OutgoingCommand[] = [];
  /** Where the commands begin that no event has been found for. */
  private head = 0;
  /** Where the commands of the workflow task under way begin. */
  private openFrom = 0;
  /** After the marker of a removed patch its search attribute is passed over as well. */
  private isSkippingChangeVersion = false;
  /** The last event of the workflow task that is replayed is the end of a local activity. */
  private endsWithLocalActivity = false;

  push(outgoing: OutgoingCommand): void {
    this.commands.push(outgoing);
  }

  /** Takes a command of the task under way back; false if it belongs to an earlier one. */
  withdraw(outgoing: OutgoingCommand): boolean {
    const index = this.commands.lastIndexOf(outgoing);
    if (index < this.openFrom) return false;
    this.commands.splice(index, 1);
    return true;
  }

  /** Ends the workflow task under way and gives its commands. */
  seal(): readonly OutgoingCommand[] {
    const sealed = this.commands.slice(this.openFrom);
    this.openFrom = this.commands.length;
    return sealed;
  }

  /** Finds the command that led to this event. Throws `NondeterminismError` if it is not the next one. */
  match(event: history.HistoryEvent): void {
    if (this.isSkippingChangeVersion && this.mayPassOver(event)) return;
    if (this.matchUnordered(event)) {
      this.endsWithLocalActivity = true;
      return;
    }
    this.endsWithLocalActivity = false;
    for (;;) {
      const next = this.nextOrdered();
      const difference = next === undefined ? undefined : differenceOf(next, event);
      if (next !== undefined && difference === undefined) {
        this.isSkippingChangeVersion = false;
        this.remove(next);
        next.recorded?.(event);
        return;
      }
      if (next?.isOptional === true) {
        this.remove(next);
        continue;
      }
      if (this.mayPassOver(event)) return;
      throw new NondeterminismError({
        event,
        command: next?.description,
        callSite: next?.callSite,
        reason: difference === OF_ANOTHER_KIND ? undefined : difference,
      });
    }
  }

  /**
   * All events that commands may have led to are there. Throws `NondeterminismError` if a command is left, with one exception: the
   * official worker keeps a workflow task alive between the end of a local activity and what workflow code makes of it. The end then
   * stands in the history as the last event of one task, and what follows from it belongs to the next.
   */
  assertMatched(): void {
    while (this.head < this.openFrom) {
      const next = this.commands[this.head];
      if (next?.isOptional !== true) {
        if (this.endsWithLocalActivity) {
          this.openFrom = this.head;
          return;
        }
        throw new NondeterminismError({
          event: undefined,
          command: next?.description,
          callSite: next?.callSite,
        });
      }
      this.advance();
    }
    this.endsWithLocalActivity = false;
  }

  /**
   * Local activities end when they end: several ends that one activation told of, or that came while workflow code was busy, stand
   * in the history before the commands that followed from the first of them.
   */
  private matchUnordered(event: history.HistoryEvent): boolean {
    for (let index = this.head; index < this.openFrom; index += 1) {
      const command = this.commands[index];
      if (command?.isUnordered !== true || differenceOf(command, event) !== undefined) continue;
      this.remove(command);
      return true;
    }
    return false;
  }

  private nextOrdered(): OutgoingCommand | undefined {
    for (let index = this.head; index < this.openFrom; index += 1) {
      const command = this.commands[index];
      if (command?.isUnordered !== true) return command;
    }
    // Nothing but local activities is left: the first of them is what the event should have been.
    return this.head < this.openFrom ? this.commands[this.head] : undefined;
  }

  private remove(command: OutgoingCommand): void {
    if (this.commands[this.head] === command) return this.advance();
    this.commands.splice(this.commands.indexOf(command, this.head), 1);
    this.openFrom -= 1;
  }

  private advance(): void {
    this.head += 1;
    // What was matched is let go of, in one move for many.
    if (this.head < 64 && this.head < this.commands.length) return;
    this.commands.splice(0, this.head);
    this.openFrom -= this.head;
    this.head = 0;
  }

  /** The marker of a deprecated patch may be missing from the code. */
  private mayPassOver(event: history.HistoryEvent): boolean {
    if (readPatchMarker(event)?.deprecated === true) {
      this.isSkippingChangeVersion = true;
      return true;
    }
    const passes = this.isSkippingChangeVersion && isChangeVersionUpsert(event);
    this.isSkippingChangeVersion = false;
    return passes;
  }
}

function differenceOf(outgoing: OutgoingCommand, event: history.HistoryEvent): string | undefined {
  if (outgoing.eventType !== event.eventType) return OF_ANOTHER_KIND;
  return outgoing.differs(event);
}

/** Events of this type have no part in matching: markers of SDK versions and side effects that others wrote. */
export function isForeignMarker(event: history.HistoryEvent): boolean {
  if (event.eventType !== enums.EventType.EVENT_TYPE_MARKER_RECORDED) return false;
  return event.markerRecordedEventAttributes?.markerName.startsWith('core_') !== true;
}
