import { endNexusOperation, type NexusOutcome } from '@perdure/engine';
import { ServiceError } from '../api/index.js';
import type { ExecutionHost } from '../host/index.js';
import { decodeCallbackToken } from './callback-token.js';
import type { NexusCompletion, NexusCompletions } from './nexus-completions.js';

/** Tells calling runs of the end of their operations. */
export class CompletionService implements NexusCompletions {
  constructor(private readonly host: () => Pick<ExecutionHost, 'execute'>) {}

  async complete(token: string, completion: NexusCompletion): Promise<void> {
    const { key, scheduledEventId, requestId } = decodeCallbackToken(token);
    const { operationToken = '', startTimeMs, links } = completion;
    const end = { scheduledEventId, requestId, operationToken, startTimeMs, links, outcome: outcomeOf(completion) };
    const told = (runId: string) =>
      this.host().execute({ ...key, runId }, (live, context) => endNexusOperation(live.state, end, context));
    try {
      await told(key.runId);
    } catch (error) {
      if (!(error instanceof ServiceError) || error.code !== 'NOT_FOUND') throw error;
      // A run that was reset has left its operations to the latest one, where they have the same ids.
      await told('');
    }
  }
}

function outcomeOf({ outcome }: NexusCompletion): NexusOutcome {
  return outcome.kind === 'succeeded' ? { kind: 'completed', result: outcome.result } : outcome;
}
