import { enums, msToDuration, type command } from '@perdure/protocol';
import type {
  NexusCancelAnswer,
  NexusCancelCall,
  NexusCaller,
  NexusHandlerError,
  NexusStartAnswer,
  NexusStartCall,
} from '../nexus/index.js';

const { CommandType } = enums;

/** Plays the handlers of every endpoint but `unknown`, and remembers what it was asked. */
export class ScriptedHandler implements NexusCaller {
  readonly starts: NexusStartCall[] = [];
  readonly cancels: NexusCancelCall[] = [];

  /** What a start is answered; the default is what an asynchronous operation answers. A throw is no answer. */
  onStart: (call: NexusStartCall) => NexusStartAnswer | Promise<NexusStartAnswer> = () => started();
  onCancel: (call: NexusCancelCall) => NexusCancelAnswer | Promise<NexusCancelAnswer> = () => ({
    kind: 'acknowledged',
  });

  resolveEndpoint(name: string): { readonly id: string } | undefined {
    return name === 'unknown' ? undefined : { id: `${name}-id` };
  }

  async start(call: NexusStartCall): Promise<NexusStartAnswer> {
    this.starts.push(call);
    return this.onStart(call);
  }

  async cancel(call: NexusCancelCall): Promise<NexusCancelAnswer> {
    this.cancels.push(call);
    return this.onCancel(call);
  }

  /** The token that came with the last start. */
  get callbackToken(): string {
    return this.starts.at(-1)?.callbackHeaders['nexus-callback-token'] ?? '';
  }
}

/** The operation runs on, under this token. */
export function started(operationToken = 'token'): NexusStartAnswer {
  return { kind: 'started', operationToken, links: [] };
}

/** The handler could not deal with the request. */
export function handlerError(errorType: string, retryable: boolean): NexusHandlerError {
  const failure = { message: `handler error (${errorType})`, nexusHandlerFailureInfo: { type: errorType } };
  return { kind: 'handlerError', errorType, retryable, failure };
}

/** Asks for an operation. */
export function scheduleOperation(attributes: command.IScheduleNexusOperationCommandAttributes = {}): command.ICommand {
  return {
    commandType: CommandType.COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION,
    scheduleNexusOperationCommandAttributes: {
      endpoint: 'endpoint',
      service: 'service',
      operation: 'operation',
      scheduleToCloseTimeout: msToDuration(600_000),
      ...attributes,
    },
  };
}

/** Wants an operation to be cancelled. */
export function cancelOperation(scheduledEventId: number): command.ICommand {
  return {
    commandType: CommandType.COMMAND_TYPE_REQUEST_CANCEL_NEXUS_OPERATION,
    requestCancelNexusOperationCommandAttributes: { scheduledEventId },
  };
}
