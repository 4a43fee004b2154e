import { enums } from '@perdure/protocol';
import type { CancelTimerCommand, StartTimerCommand } from '@perdure/common/activation';
import type { MachineContext, OutgoingCommand } from '../context.js';

const { CommandType, EventType } = enums;

/** A timer: started -> fired, or cancelled. */
export class TimerMachine {
  private readonly start: OutgoingCommand;
  private isOver = false;

  constructor(
    private readonly context: MachineContext,
    private readonly request: StartTimerCommand,
  ) {
    const timerId = String(request.seq);
    this.start = {
      command: {
        commandType: CommandType.COMMAND_TYPE_START_TIMER,
        startTimerCommandAttributes: { timerId, startToFireTimeout: request.startToFireTimeout },
        userMetadata: request.userMetadata,
      },
      description: `the command to start timer ${timerId}`,
      callSite: request.callSite,
      eventType: EventType.EVENT_TYPE_TIMER_STARTED,
      differs: ({ timerStartedEventAttributes: recorded }) =>
        recorded?.timerId === timerId ? undefined : `timer ids differ: ${recorded?.timerId} and ${timerId}`,
      recorded: (event) => context.follow(event.eventId, { handle: (next) => this.handle(next.eventType) }),
    };
    context.send(this.start);
  }

  cancel(request: CancelTimerCommand): void {
    if (this.isOver) return;
    this.isOver = true;
    if (this.context.withdraw(this.start)) return;
    const timerId = String(this.request.seq);
    this.context.send({
      command: { commandType: CommandType.COMMAND_TYPE_CANCEL_TIMER, cancelTimerCommandAttributes: { timerId } },
      description: `the command to cancel timer ${timerId}`,
      callSite: request.callSite,
      eventType: EventType.EVENT_TYPE_TIMER_CANCELED,
      differs: ({ timerCanceledEventAttributes: recorded }) =>
        recorded?.timerId === timerId ? undefined : `timer ids differ: ${recorded?.timerId} and ${timerId}`,
    });
  }

  private handle(eventType: number): void {
    if (eventType !== EventType.EVENT_TYPE_TIMER_FIRED || this.isOver) return;
    this.isOver = true;
    this.context.notify({ kind: 'fireTimer', seq: this.request.seq });
  }
}
